/// @file
/// From what a network answered to accuracies with their uncertainty.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "study/metrics/metrics.h"
#include "study/metrics/statistics.h"

namespace dpac {

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

/// The mean of one of the metrics over passes; none where a pass has none, or there is no pass.
std::optional<double> mean_of(const std::vector<Metrics>& passes, std::optional<double> Metrics::*member);

}  // namespace dpac
