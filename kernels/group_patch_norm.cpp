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

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {

/// One block of a depthwise convolution: every lane is a group.
void depthwise_block_norms_body(const PatchWindow& w, int block, const float* src, float* dst) {
  const hn::CappedTag<float, 8> d;
  constexpr auto kLanes = static_cast<int64_t>(hn::MaxLanes(d));
  for (int64_t oy = 0; oy < w.out_height; ++oy) {
    for (int64_t ox = 0; ox < w.out_width; ++ox, dst += block) {
      for (int64_t lane = 0; lane < block; lane += kLanes) {
        auto sum = hn::Zero(d);
        for (int r = 0; r < w.kernel_height; ++r) {
          const int64_t y = oy * w.stride_rows - w.pad_top + int64_t{r} * w.row_step;
          if (y < 0 || y >= w.height) continue;
          for (int s = 0; s < w.kernel_width; ++s) {
            const int64_t x = ox * w.stride_columns - w.pad_left + int64_t{s} * w.column_step;
            if (x < 0 || x >= w.width) continue;
            const auto value = hn::LoadU(d, src + (y * w.width + x) * block + lane);
            sum = fused_multiply_add(d, value, value, sum);
          }
        }
        hn::StoreU(hn::Sqrt(sum), d, dst + lane);
      }
    }
  }
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

void group_patch_norms(const GroupWindow& g, const float* src, float* scratch, float* dst) {
  assert(g.window.is_valid() && g.in.block == g.out.block);
  if (g.groups == g.in.channels && g.groups == g.out.channels) {
    for (int64_t b = 0; b < g.out.blocks(); ++b) {
      DPAC_DISPATCH(depthwise_block_norms_body)
      (g.window, g.in.block, src + b * g.in.pixels * g.in.block, dst + b * g.out.pixels * g.out.block);
    }
    return;
  }
  std::fill_n(dst, g.out.size(), 0.0f);
  float* norms = scratch + g.in.pixels + g.window.height * g.window.out_width;
  const int64_t own = g.out.channels / g.groups;
  for (int64_t group = 0; group < g.groups; ++group) {
    norms_of_group(g, group, src, scratch, norms);
    for (int64_t c = group * own; c < (group + 1) * own; ++c) {
      float* lane = dst + lane_of(g.out, c);
      for (int64_t q = 0; q < g.out.pixels; ++q) lane[q * g.out.block] = norms[q];
    }
  }
}

}  // namespace dpac
#endif
