#include "kernels/group_patch_norm.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "kernels/simd.h"
#include "kernels/window_sums-inl.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/group_patch_norm.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/gaussian-inl.h"

#ifndef DPAC_KERNELS_GROUP_PATCH_NORM_ONCE_
#define DPAC_KERNELS_GROUP_PATCH_NORM_ONCE_
namespace dpac {

/// Columns that a row of windows reaches over, and those of the image.
inline int64_t column_count(const PatchWindow& w) {
  const int64_t reach =
      (w.out_width - 1) * w.stride_columns + int64_t{w.kernel_width - 1} * w.column_step + 1;
  return std::max<int64_t>(reach, w.pad_left + w.width);
}

}  // namespace dpac
#endif

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {

/// One block of a depthwise convolution, whose lanes are groups: squares are summed up down the columns of a
/// row of windows first, then along the row.
class DepthwiseNorms {
  using D = hn::CappedTag<float, kChannelGroup>;
  using V = hn::Vec<D>;
  static constexpr auto kLanes = static_cast<int64_t>(hn::MaxLanes(D()));

 public:
  /// `columns` has room for column_count() blocks; `src` and `dst` are maps of one block.
  HWY_INLINE DepthwiseNorms(const PatchWindow& window, int block, const float* src, float* columns,
                            float* dst)
      : w_(window), block_(block), src_(src), columns_(columns), dst_(dst) {}

  HWY_INLINE void run() {
    // Columns outside the image stay zero.
    std::fill_n(columns_, column_count(w_) * block_, 0.0f);
    for (int64_t oy = 0; oy < w_.out_height; ++oy) {
      sum_rows(oy);
      sum_columns_of(dst_ + oy * w_.out_width * block_);
    }
  }

 private:
  HWY_INLINE void sum_rows(int64_t oy) {
    const int64_t top = oy * w_.stride_rows - w_.pad_top, step = w_.row_step;
    const int64_t first = top < 0 ? (-top + step - 1) / step : 0;
    const int64_t last = std::min<int64_t>(w_.kernel_height, (w_.height - top + step - 1) / step);
    const int64_t row = step * w_.width * block_, size = w_.width * block_;
    const float* from = src_ + (top + first * step) * w_.width * block_;
    float* to = columns_ + w_.pad_left * block_;
    const D d;
    for (int64_t i = 0; i < size; i += kLanes) {
      V sum = hn::Zero(d);
      for (int64_t r = 0; r < last - first; ++r) {
        const V value = hn::LoadU(d, from + r * row + i);
        sum = fused_multiply_add(d, value, value, sum);
      }
      hn::StoreU(sum, d, to + i);
    }
  }

  HWY_INLINE void sum_columns_of(float* to) const {
    const int64_t stride = w_.stride_columns * block_, step = w_.column_step * block_;
    const D d;
    for (int64_t ox = 0; ox < w_.out_width; ++ox) {
      for (int64_t lane = 0; lane < block_; lane += kLanes) {
        const float* from = columns_ + ox * stride + lane;
        V sum = hn::LoadU(d, from);
        for (int s = 1; s < w_.kernel_width; ++s) sum = hn::Add(sum, hn::LoadU(d, from + s * step));
        hn::StoreU(hn::Sqrt(sum), d, to + ox * block_ + lane);
      }
    }
  }

  const PatchWindow& w_;
  const int64_t block_;
  const float* src_;
  float* columns_;
  float* dst_;
};

void depthwise_block_norms_body(const PatchWindow& window, int block, const float* src, float* columns,
                                float* dst) {
  DepthwiseNorms(window, block, src, columns, dst).run();
}

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dpac {

HWY_EXPORT(depthwise_block_norms_body);

namespace {

int64_t lane_of(const BlockedMap& map, int64_t channel) {
  return channel / map.block * map.pixels * map.block + channel % map.block;
}

/// The norms of one group, [pixels].
void norms_of_group(const GroupWindow& g, int64_t group, const float* src, float* scratch, float* norms) {
  const int64_t own = g.in.channels / g.groups;
  std::fill_n(scratch, g.in.pixels, 0.0f);
  for (int64_t c = group * own; c < (group + 1) * own; ++c) {
    const float* lane = src + lane_of(g.in, c);
    for (int64_t p = 0; p < g.in.pixels; ++p) scratch[p] += lane[p * g.in.block] * lane[p * g.in.block];
  }
  sum_windows(g.window, scratch, scratch + g.in.pixels, norms);
  for (int64_t q = 0; q < g.out.pixels; ++q) norms[q] = std::sqrt(norms[q]);
}

}  // namespace

int64_t GroupWindow::scratch_size() const {
  if (is_depthwise()) return column_count(window) * in.block;
  return window.height * window.width + window.height * window.out_width + out.pixels;
}

void group_patch_norms(const GroupWindow& g, int64_t first, int64_t last, const float* src, float* scratch,
                       float* dst) {
  assert(g.window.is_valid() && g.in.block == g.out.block && last <= g.parts());
  if (g.is_depthwise()) {
    for (int64_t b = first; b < last; ++b) {
      DPAC_DISPATCH_BLOCKS(depthwise_block_norms_body, g.in.block)
      (g.window, g.in.block, src + b * g.in.pixels * g.in.block, scratch,
       dst + b * g.out.pixels * g.out.block);
    }
    return;
  }
  float* norms = scratch + g.in.pixels + g.window.height * g.window.out_width;
  const int64_t own = g.out.channels / g.groups;
  const auto fill = [&](int64_t channel, auto value_of) {
    float* lane = dst + lane_of(g.out, channel);
    for (int64_t q = 0; q < g.out.pixels; ++q) lane[q * g.out.block] = value_of(q);
  };
  for (int64_t group = first; group < last; ++group) {
    norms_of_group(g, group, src, scratch, norms);
    for (int64_t c = group * own; c < (group + 1) * own; ++c) fill(c, [&](int64_t q) { return norms[q]; });
  }
  if (last != g.groups) return;
  for (int64_t c = g.out.channels; c < g.out.padded_channels(); ++c) fill(c, [](int64_t) { return 0.0f; });
}

}  // namespace dpac
#endif
