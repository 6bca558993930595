#include "tests/support/stats.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace dpac::test {

Moments standard_moments(std::span<const float> values) {
  Moments m;
  for (const float value : values) {
    const double z = static_cast<double>(value), square = z * z;
    m.mean += z;
    m.variance += square;
    m.skewness += square * z;
    m.kurtosis += square * square;
  }
  const auto n = static_cast<double>(values.size());
  return {m.mean / n, m.variance / n, m.skewness / n, m.kurtosis / n};
}

double two_sided_tail(double x) {
  return std::erfc(x / std::sqrt(2.0));
}

double kolmogorov_smirnov(std::span<const float> z) {
  std::vector<float> sorted(z.begin(), z.end());
  std::sort(sorted.begin(), sorted.end());
  const auto n = static_cast<double>(sorted.size());
  double distance = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const double cdf = 0.5 * std::erfc(-static_cast<double>(sorted[i]) / std::sqrt(2.0));
    const auto below = static_cast<double>(i);
    distance = std::max({distance, cdf - below / n, (below + 1) / n - cdf});
  }
  return std::sqrt(n) * distance;
}

double correlation(std::span<const float> a, std::span<const float> b) {
  const auto n = static_cast<double>(a.size());
  const double mean_a = std::accumulate(a.begin(), a.end(), 0.0) / n;
  const double mean_b = std::accumulate(b.begin(), b.end(), 0.0) / n;
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double da = static_cast<double>(a[i]) - mean_a, db = static_cast<double>(b[i]) - mean_b;
    ab += da * db;
    aa += da * da;
    bb += db * db;
  }
  return ab / std::sqrt(aa * bb);
}

double chi_square_deviation(std::span<const long> counts) {
  const auto cells = static_cast<double>(counts.size());
  const double expected = static_cast<double>(std::accumulate(counts.begin(), counts.end(), 0L)) / cells;
  double chi_square = 0;
  for (const long count : counts) {
    const double excess = static_cast<double>(count) - expected;
    chi_square += excess * excess / expected;
  }
  return (chi_square - (cells - 1)) / std::sqrt(2 * (cells - 1));
}

}  // namespace dpac::test
