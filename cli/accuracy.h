/// @file
/// From logits to accuracies with their uncertainty.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/support/statistics.h"

namespace dpac::cli {

/// Counts of one pass over the data.
struct Tally {
  int64_t samples = 0, top1 = 0, top5 = 0;
};

/// How many classes beat `label`; of equal logits the smaller class wins. 0 is a correct prediction.
int64_t rank_of(std::span<const float> logits, int label);

/// Fractions, over one pass or over one pass per seed.
struct Accuracy {
  double top1 = 0;                 ///< Mean over the passes.
  std::optional<double> top5;      ///< None below five classes.
  std::optional<double> top1_std;  ///< Sample standard deviation over the passes; none for a single one.
  Interval top1_ci95;              ///< Wilson's, of all passes' samples pooled.
  std::vector<double> by_pass;
};

/// `passes` is not empty, and none of it is.
Accuracy accuracy_of(std::span<const Tally> passes, int64_t classes);

/// `top1`, `top5`, `top1_std`, `top1_ci95`, and `seeds` [{`seed`, `top1`}]; no seeds without noise.
void write(const Accuracy& accuracy, std::span<const uint64_t> seeds, nlohmann::ordered_json& json);

/// "87.45 %", "87.45 +- 0.12 %".
std::string percent(double fraction);
std::string percent(const Accuracy& accuracy);

}  // namespace dpac::cli
