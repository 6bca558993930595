// Sums over a convolution's window, for floats and integers alike: the columns of each row first, then the
// rows.
#pragma once

#include <algorithm>

#include "kernels/layout.h"

namespace dpac {

/// scratch[y][ox] = sum over the window's columns of row y, left to right.
template <class T>
void sum_columns(const PatchWindow& w, const T* sums, T* scratch) {
  std::fill_n(scratch, w.height * w.out_width, T{0});
  for (int64_t y = 0; y < w.height; ++y) {
    const T* from = sums + y * w.width;
    T* to = scratch + y * w.out_width;
    for (int k = 0; k < w.kernel_width; ++k) {
      const int64_t shift = int64_t{k} * w.column_step - w.pad_left, stride = w.stride_columns;
      const int64_t first = std::max<int64_t>(0, (-shift + stride - 1) / stride);
      const int64_t last = std::min(w.out_width, (w.width - shift + stride - 1) / stride);
      for (int64_t x = first; x < last; ++x) to[x] += from[x * stride + shift];
    }
  }
}

/// dst[oy][ox] = sum over the window's pixels that lie inside the image. `scratch` holds height * out_width
/// values.
template <class T>
void sum_windows(const PatchWindow& w, const T* sums, T* scratch, T* dst) {
  sum_columns(w, sums, scratch);
  for (int64_t oy = 0; oy < w.out_height; ++oy) {
    T* to = dst + oy * w.out_width;
    std::fill_n(to, w.out_width, T{0});
    for (int k = 0; k < w.kernel_height; ++k) {
      const int64_t y = oy * w.stride_rows - w.pad_top + int64_t{k} * w.row_step;
      if (y < 0 || y >= w.height) continue;
      const T* from = scratch + y * w.out_width;
      for (int64_t x = 0; x < w.out_width; ++x) to[x] += from[x];
    }
  }
}

}  // namespace dpac
