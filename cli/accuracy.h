/// @file
/// From what a network answered to accuracies with their uncertainty.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/evaluation.h"
#include "cli/metrics.h"
#include "cli/support/json.h"
#include "cli/support/statistics.h"

namespace dpac::cli {

/// What is measured where one number counts.
enum class Measure {
  none,      ///< Nothing: the data have no labels or scores, or embeddings of single sentences.
  top1,      ///< The share of samples whose class has the largest logit.
  spearman,  ///< Spearman's coefficient of scores, or of the cosines of pairs of embeddings.
};

/// Over one pass, or over one pass per seed.
struct Accuracy {
  Measure measure = Measure::none;
  double value = 0;                 ///< Mean over the passes; a coefficient that is not defined counts as 0.
  std::optional<double> std = {};   ///< Sample standard deviation over the passes; none for a single one.
  std::optional<double> top5 = {};  ///< None below five classes.
  std::optional<Interval> ci95 = {};    ///< Of top-1, over the samples: accuracy_interval().
  std::optional<PairedLoss> loss = {};  ///< Of top-1, against the evaluation's noise-free network.
  std::vector<double> by_pass = {};     ///< The values.
  std::vector<Metrics> metrics = {};    ///< By pass, for text; else empty.
};

/// The accuracy of one of the evaluation's points, for a network with that many classes.
Accuracy accuracy_of(const Evaluation& evaluation, std::size_t point, int64_t classes);

/// The accuracy of the evaluation's noise-free network. There is one.
Accuracy noise_free_accuracy(const Evaluation& evaluation, int64_t classes);

/// `top1` (null unless that is measured), `top5`, `metrics` (means, null for images), `top1_std`,
/// `top1_ci95`, `loss`
/// {`mean`, `ci95`} (null without a noise-free network), and `seeds` [{`seed`, `top1`, `metrics`}]; no seeds
/// without noise.
void write(const Accuracy& accuracy, std::span<const uint64_t> seeds, Json& json);

/// The same, but `top1` and `top1_std` are those of the value, whatever the measure.
void write_value(const Accuracy& accuracy, std::span<const uint64_t> seeds, Json& json);

/// The value, null where nothing is measured: what learn, search and bits call top-1, whatever the measure.
Json value_json(const Accuracy& accuracy);

/// [low, high], or null.
Json interval_json(const std::optional<Interval>& interval);

/// {`mean`, `ci95`}, or null.
Json loss_json(const std::optional<PairedLoss>& loss);

/// "87.45 %", "87.45 +- 0.12 %"; "0.8203" for a coefficient, "-" where nothing is measured.
std::string percent(double fraction);
std::string percent(const Accuracy& accuracy);

/// "top-1", "Spearman": the header above them.
std::string header_of(const Accuracy& accuracy);

/// A few lines for people.
std::string text_of(const Accuracy& accuracy);

/// "2.31": a difference of fractions in points, without the sign of a negative zero.
std::string points_text(double fraction);

/// "2.31 points (95 % interval 1.80 ... 2.82)".
std::string loss_text(const PairedLoss& loss);

/// "81.20 ... 83.91 %", "-" for none.
std::string text_of(const std::optional<Interval>& interval);

}  // namespace dpac::cli
