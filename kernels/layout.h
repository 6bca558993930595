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
  int kernel_height = 1, kernel_width = 1;
  int stride_rows = 1, stride_columns = 1;
  int pad_top = 0, pad_left = 0;
  int row_step = 1, column_step = 1;  ///< Pixels from one tap to the next: the dilation.

  /// Whether sizes make sense.
  [[nodiscard]] bool is_valid() const {
    return kernel_height > 0 && kernel_width > 0 && stride_rows > 0 && stride_columns > 0 && pad_top >= 0 &&
           pad_left >= 0 && row_step > 0 && column_step > 0;
  }
};

}  // namespace dpac
