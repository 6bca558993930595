/// @file
/// The two passes of resize.h on rows of bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "loaders/pixels/interpolation.h"

namespace dpac {

/// For each of a range of output positions along one axis, the source positions it is a mean of and their
/// weights.
class Taps {
 public:
  static constexpr int kWeightBits = 22;

  /// Outputs [begin, end) of resizing `in` positions to `out` with the filter, widened by the scale where the
  /// image shrinks.
  Taps(int in, int out, int begin, int end, Interpolation interpolation);

  [[nodiscard]] int outputs() const { return static_cast<int>(first_.size()); }
  /// First source position under output i of the range.
  [[nodiscard]] int first(int i) const { return first_[static_cast<std::size_t>(i)]; }
  /// Weights of that position and those after it: fixed point, sum 2^22 but for rounding; bicubic has
  /// negative ones, and magnitudes of less than 2^23 in all.
  [[nodiscard]] std::span<const int32_t> weights(int i) const {
    const auto n = static_cast<std::size_t>(i);
    return std::span(weights_).subspan(offset_[n], offset_[n + 1] - offset_[n]);
  }
  /// All source positions under the range: [source_begin, source_end).
  [[nodiscard]] int source_begin() const { return first_.front(); }
  [[nodiscard]] int source_end() const {
    return first_.back() + static_cast<int>(weights(outputs() - 1).size());
  }

 private:
  std::vector<int> first_;
  std::vector<std::size_t> offset_;  // One more than outputs.
  std::vector<int32_t> weights_;
};

/// dst[i, c] = mean of src[taps of i, c], for all outputs of `taps`; rows are [positions, channels].
void resample_row(const Taps& taps, int channels, const uint8_t* src, uint8_t* dst);

/// dst[x] = mean over k of src[k * stride + x] with weights[k], for `count` bytes of a row.
void resample_column(std::span<const int32_t> weights, const uint8_t* src, std::size_t stride,
                     std::size_t count, uint8_t* dst);

}  // namespace dpac
