/// @file
/// Statistics for tests of noise, with stated confidence.
#pragma once

#include <span>
#include <vector>

namespace dpac::test {

struct Moments {
  double mean = 0, variance = 0, skewness = 0, kurtosis = 0;
};

/// Raw moments about 0 of values that should be standard normal: E z, E z^2, E z^3, E z^4.
Moments standard_moments(std::span<const float> z);

/// Two-sided tail probability of the standard normal, P(|Z| > x).
double two_sided_tail(double x);

/// sqrt(N) D of the Kolmogorov-Smirnov test against the standard normal; sorts a copy. Exceeds 1.95 with
/// probability 1e-3 under the null hypothesis.
double kolmogorov_smirnov(std::span<const float> z);

/// Pearson correlation of two samples of the same size.
double correlation(std::span<const float> a, std::span<const float> b);

/// Chi-square statistic of counts that should be equal, as standard deviations from its mean.
double chi_square_deviation(std::span<const long> counts);

}  // namespace dpac::test
