#include "study/metrics/metrics.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <vector>

namespace dpac {
namespace {

/// A confusion matrix's margins and diagonal.
struct Counts {
  std::vector<int64_t> predicted, actual, correct;
};

Counts count(std::span<const int> predictions, std::span<const int> targets, std::size_t classes) {
  Counts counts{std::vector<int64_t>(classes), std::vector<int64_t>(classes), std::vector<int64_t>(classes)};
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const auto prediction = static_cast<std::size_t>(predictions[i]);
    const auto target = static_cast<std::size_t>(targets[i]);
    assert(prediction < classes && target < classes);
    ++counts.predicted[prediction];
    ++counts.actual[target];
    counts.correct[target] += prediction == target;
  }
  return counts;
}

int64_t dot(const std::vector<int64_t>& a, const std::vector<int64_t>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), int64_t{0});
}

/// Gorodkin's coefficient, in whole numbers up to the last step.
double matthews_of(const Counts& counts, int64_t samples, int64_t correct) {
  const int64_t covariance = correct * samples - dot(counts.predicted, counts.actual);
  const int64_t predicted = samples * samples - dot(counts.predicted, counts.predicted);
  const int64_t actual = samples * samples - dot(counts.actual, counts.actual);
  if (predicted == 0 || actual == 0) return 0;
  return static_cast<double>(covariance) /
         std::sqrt(static_cast<double>(predicted) * static_cast<double>(actual));
}

double f1_of(const Counts& counts) {
  const int64_t positives = counts.predicted[1] + counts.actual[1];
  if (positives == 0) return 0;
  return 2 * static_cast<double>(counts.correct[1]) / static_cast<double>(positives);
}

/// Distances from the mean over their root of squares; empty where there is none. Scaled by the largest, no
/// square over- or underflows.
std::vector<double> standardized(std::span<const double> values) {
  const bool all_equal =
      std::adjacent_find(values.begin(), values.end(), std::not_equal_to<>()) == values.end();
  const bool all_finite =
      std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
  if (all_equal || !all_finite) return {};
  const auto size = static_cast<double>(values.size());
  double mean = 0;
  for (const double v : values) mean += v / size;
  double largest = 0;
  std::vector<double> distances(values.begin(), values.end());
  for (double& d : distances) largest = std::max(largest, std::abs(d -= mean));
  double squares = 0;
  for (double& d : distances) {
    d /= largest;
    squares += d * d;
  }
  for (double& d : distances) d /= std::sqrt(squares);
  return distances;
}

std::optional<double> pearson_of(std::span<const double> a, std::span<const double> b) {
  const std::vector<double> x = standardized(a);
  const std::vector<double> y = standardized(b);
  if (x.empty() || y.empty()) return std::nullopt;
  return std::clamp(std::inner_product(x.begin(), x.end(), y.begin(), 0.0), -1.0, 1.0);
}

std::vector<double> ranks_of(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return values[i] < values[j]; });
  std::vector<double> ranks(values.size());
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    const double mean_rank = static_cast<double>(begin + end - 1) / 2;
    for (std::size_t i = begin; i < end; ++i) ranks[order[i]] = mean_rank;
  }
  return ranks;
}

bool has_nan(std::span<const double> values) {
  return std::any_of(values.begin(), values.end(), [](double v) { return std::isnan(v); });
}

}  // namespace

Metrics classification_metrics(std::span<const int> predictions, std::span<const int> targets, int classes) {
  assert(predictions.size() == targets.size());
  if (predictions.empty()) return {};
  const Counts counts = count(predictions, targets, static_cast<std::size_t>(classes));
  const auto samples = static_cast<int64_t>(predictions.size());
  const int64_t correct = std::accumulate(counts.correct.begin(), counts.correct.end(), int64_t{0});
  Metrics metrics{.accuracy = static_cast<double>(correct) / static_cast<double>(samples),
                  .matthews = matthews_of(counts, samples, correct)};
  if (classes == 2) metrics.f1 = f1_of(counts);
  return metrics;
}

Metrics regression_metrics(std::span<const double> predictions, std::span<const double> targets) {
  assert(predictions.size() == targets.size());
  // Ranks of what is no number have no order.
  if (has_nan(predictions) || has_nan(targets)) return {};
  return {.pearson = pearson_of(predictions, targets),
          .spearman = pearson_of(ranks_of(predictions), ranks_of(targets))};
}

double cosine(std::span<const float> a, std::span<const float> b) {
  assert(a.size() == b.size());
  double product = 0;
  double a_squares = 0;
  double b_squares = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double x = a[i];
    const double y = b[i];
    product += x * y;
    a_squares += x * x;
    b_squares += y * y;
  }
  if (a_squares == 0 || b_squares == 0) return 0;
  return std::clamp(product / std::sqrt(a_squares) / std::sqrt(b_squares), -1.0, 1.0);
}

}  // namespace dpac
