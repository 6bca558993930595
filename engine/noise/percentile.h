/// @file
/// Exact percentiles of any number of values in fixed memory, by reading the values twice.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/value_range.h"

namespace dpac {

/// The (100 - p)-th and the p-th percentile, linearly interpolated between neighbours as numpy does, of all
/// values together. The first pass counts values by the upper half of their bits, in an order that is theirs;
/// the second counts, by the lower half, those whose upper half holds a wanted rank. Counts do not depend on
/// the order of values.
class PercentileCounter {
 public:
  explicit PercentileCounter(double percent) : percent_(percent), upper_(kHalves) {}

  /// First pass. Values must not be NaN.
  void add(std::span<const float> values);

  /// Between the passes.
  void start_second_pass();

  /// Second pass: the same values.
  void add_again(std::span<const float> values);

  [[nodiscard]] int64_t count() const { return count_; }
  [[nodiscard]] ValueRange range() const;

 private:
  static constexpr std::size_t kHalves = std::size_t{1} << 16;

  /// A wanted rank, and the values that share their upper half with it.
  struct Rank {
    int64_t rank = 0;  ///< Position among all values, sorted.
    uint32_t upper = 0;
    int64_t before = 0;      ///< Values with a smaller upper half.
    std::size_t counts = 0;  ///< Which of lower_.
  };

  void add_rank(int64_t rank);
  [[nodiscard]] float value_at(const Rank& rank) const;

  double percent_;
  int64_t count_ = 0;
  std::vector<int64_t> upper_;
  std::vector<Rank> ranks_;  ///< Two for the lower percentile, two for the upper.
  std::vector<std::pair<uint32_t, std::vector<int64_t>>> lower_;  ///< By upper half.
};

}  // namespace dpac
