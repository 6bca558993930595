#include "study/metrics/statistics.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

namespace dpac {
namespace {

double quantile(const std::vector<double>& sorted, double q) {
  const double position = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], position - static_cast<double>(below));
}

constexpr double kZ = 1.959963984540054;  // The normal distribution's 97.5 % quantile.

/// The half-width of the 95 % interval of the mean of independent values; 0 for fewer than two, or equal
/// ones.
double half_width(std::span<const double> values) {
  return kZ * sample_std(values).value_or(0) / std::sqrt(static_cast<double>(values.size()));
}

}  // namespace

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::optional<double> sample_std(std::span<const double> values) {
  if (values.size() < 2) return std::nullopt;
  const double m = mean(values);
  double squares = 0;
  for (const double v : values) squares += (v - m) * (v - m);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return quantile(values, 0.5);
}

double relative_spread(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return (quantile(values, 0.75) - quantile(values, 0.25)) / quantile(values, 0.5);
}

Interval wilson_interval(int64_t successes, int64_t trials) {
  const auto n = static_cast<double>(trials);
  const double p = static_cast<double>(successes) / n;
  const double centre = p + kZ * kZ / (2 * n);
  const double half_width = kZ * std::sqrt(p * (1 - p) / n + kZ * kZ / (4 * n * n));
  const double scale = 1 + kZ * kZ / n;
  return {std::max(0.0, (centre - half_width) / scale), std::min(1.0, (centre + half_width) / scale)};
}

Interval accuracy_interval(std::span<const int32_t> right, int64_t seeds) {
  std::vector<double> images;
  for (const int32_t times : right) images.push_back(static_cast<double>(times) / static_cast<double>(seeds));
  const double centre = mean(images), half = half_width(images);
  const auto n = static_cast<double>(images.size());
  if (seeds == 1 || half == 0) return wilson_interval(std::llround(centre * n), std::ssize(right));
  return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

PairedLoss paired_loss(std::span<const int32_t> baseline, std::span<const int32_t> right, int64_t seeds) {
  std::vector<double> differences;
  for (std::size_t i = 0; i < right.size(); ++i) {
    differences.push_back(baseline[i] - static_cast<double>(right[i]) / static_cast<double>(seeds));
  }
  const double centre = mean(differences);
  double half = half_width(differences);
  if (half == 0) half = wilson_interval(0, std::ssize(right)).high;
  return {centre, {std::max(-1.0, centre - half), std::min(1.0, centre + half)}};
}

}  // namespace dpac
