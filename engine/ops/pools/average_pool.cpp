#include "engine/ops/pools/average_pool.h"

#include <algorithm>

#include "engine/ops/digital.h"
#include "kernels/elementwise.h"
#include "kernels/error.h"

namespace dpac {
namespace {

/// Taps of windows along one axis.
struct Axis {
  int64_t size;                               // Of the map.
  int64_t taps, stride, step, before, after;  // `after` without what never counts.

  [[nodiscard]] int64_t first(int64_t window) const { return window * stride - before; }

  /// How many taps the divisor counts.
  [[nodiscard]] int64_t counted(int64_t window, bool with_padding) const {
    int64_t count = 0;
    for (int64_t t = 0; t < taps; ++t) {
      const int64_t at = first(window) + t * step;
      count += with_padding ? at < size + after : at >= 0 && at < size;
    }
    return count;
  }
};

struct Axes {
  Axis rows, columns;
};

Axes axes_of(const AveragePoolOp& op, const MapShape& in) {
  const Geometry& g = op.geometry;
  return {{in.height, g.kernel.h, g.stride.h, g.dilation.h, g.pad_top, g.pad_bottom - op.beyond_bottom},
          {in.width, g.kernel.w, g.stride.w, g.dilation.w, g.pad_left, g.pad_right - op.beyond_right}};
}

/// Calls visit(input pixel) for the taps inside the map of the window over output pixel (y, x).
template <class Visit>
void for_taps(const Axes& axes, int64_t y, int64_t x, const Visit& visit) {
  for (int64_t r = 0; r < axes.rows.taps; ++r) {
    const int64_t row = axes.rows.first(y) + r * axes.rows.step;
    if (row < 0 || row >= axes.rows.size) continue;
    for (int64_t c = 0; c < axes.columns.taps; ++c) {
      const int64_t column = axes.columns.first(x) + c * axes.columns.step;
      if (column >= 0 && column < axes.columns.size) visit(row * axes.columns.size + column);
    }
  }
}

float share_of(const Axes& axes, const AveragePoolOp& op, int64_t y, int64_t x) {
  const int64_t count =
      axes.rows.counted(y, op.count_include_pad) * axes.columns.counted(x, op.count_include_pad);
  return 1.0f / static_cast<float>(count);
}

}  // namespace

Value output_of(const AveragePoolOp& op, InputValues inputs) {
  expect_inputs(inputs, 1);
  expect_image(inputs[0]);
  if (op.beyond_bottom < 0 || op.beyond_bottom > op.geometry.pad_bottom || op.beyond_right < 0 ||
      op.beyond_right > op.geometry.pad_right) {
    throw Error("leaves out more padding than it has");
  }
  return {windows_over(inputs[0].shape, op.geometry, inputs[0].shape.channels)};
}

Grid grid_of(const AveragePoolOp&) {
  return Grid::own;
}

std::size_t tape_of(const AveragePoolOp&, const DigitalMaps&) {
  return 0;
}

void run_block(const AveragePoolOp& op, const DigitalRun& run, int64_t map, int64_t block) {
  const RunMaps &in = run.maps.in[0], &out = run.maps.out;
  const Axes axes = axes_of(op, in.shape);
  const float* from = run.in[0] + in.at(map, block);
  float* to = run.out + out.at(map, block);
  for (int64_t y = 0; y < out.shape.height; ++y) {
    for (int64_t x = 0; x < out.shape.width; ++x, to += out.block) {
      std::fill_n(to, out.block, 0.0f);
      for_taps(axes, y, x, [&](int64_t pixel) {
        for (int i = 0; i < out.block; ++i) to[i] += from[pixel * in.block + i];
      });
      const float share = share_of(axes, op, y, x);
      for (int i = 0; i < out.block; ++i) to[i] *= share;
    }
  }
}

void run_backward(const AveragePoolOp& op, const DigitalBackward& run, int64_t map, int64_t block) {
  const RunMaps &in = run.maps.in[0], &out = run.maps.out;
  const Axes axes = axes_of(op, in.shape);
  const float* from = run.out_gradient + out.at(map, block);
  float* to = run.in_gradient + in.at(map, block);
  for (int64_t y = 0; y < out.shape.height; ++y) {
    for (int64_t x = 0; x < out.shape.width; ++x, from += out.block) {
      const float share = share_of(axes, op, y, x);
      for_taps(axes, y, x, [&](int64_t pixel) {
        for (int i = 0; i < out.block; ++i) to[pixel * in.block + i] += share * from[i];
      });
    }
  }
}

}  // namespace dpac
