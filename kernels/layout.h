/// @file
/// The memory layout the kernels work on: channel blocks, as oneDNN's nChw8c and nChw16c.
#pragma once

#include <cstdint>

namespace dpac {

/// One sample's map as float32 [ceil(C / block)][pixels][block]; block is 8 or 16. Lanes beyond the last
/// channel hold zeros. A vector of features is a map of one pixel. Where a kernel says so, block may be any
/// multiple of 16: a single block is a row-major matrix, a row for each pixel.
struct BlockedMap {
  int64_t channels = 0;
  int64_t pixels = 0;
  int block = 16;

  /// What every kernel on it expects.
  [[nodiscard]] bool is_valid() const {
    return channels > 0 && pixels > 0 && (block == 8 || block % 16 == 0);
  }
  [[nodiscard]] int64_t blocks() const { return (channels + block - 1) / block; }
  [[nodiscard]] int64_t padded_channels() const { return blocks() * block; }
  [[nodiscard]] int64_t size() const { return padded_channels() * pixels; }
};

/// A convolution's window over a map: what the norm of an input patch needs to know.
struct PatchWindow {
  int64_t height = 1, width = 1;          ///< Input map.
  int64_t out_height = 1, out_width = 1;  ///< Output map.
  int kernel = 1;                         ///< Square.
  int stride = 1;
  int pad_top = 0, pad_left = 0;

  /// Whether every output pixel has a tap inside the input map.
  [[nodiscard]] bool is_valid() const {
    return kernel > 0 && stride > 0 && pad_top >= 0 && pad_left >= 0 && pad_top < kernel &&
           pad_left < kernel && (out_height - 1) * stride - pad_top < height &&
           (out_width - 1) * stride - pad_left < width;
  }
};

}  // namespace dpac
