/// @file
/// The few statistics the commands report.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace dpac::cli {

double mean(std::span<const double> values);

/// Sample standard deviation (n - 1); none for fewer than two values.
std::optional<double> sample_std(std::span<const double> values);

/// The middle value, or the mean of the two middle ones.
double median(std::vector<double> values);

/// Interquartile range over the median: how much repeated timings scatter, immune to a few outliers.
/// Quartiles are interpolated linearly between order statistics.
double relative_spread(std::vector<double> values);

struct Interval {
  double low = 0, high = 0;
};

/// Wilson's 95 % score interval of a proportion, `successes` out of `trials` > 0: unlike the normal
/// approximation it stays within [0, 1] and has a width where all or none succeed.
Interval wilson_interval(int64_t successes, int64_t trials);

}  // namespace dpac::cli
