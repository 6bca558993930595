#include "kernels/patch_norm.h"

#include <algorithm>
#include <cmath>

#include "kernels/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/patch_norm.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/channel_sum-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {

template <class D>
void sum_squares_of(D d, const BlockedMap& map, const float* src, float* dst) {
  constexpr auto kLanes = static_cast<int64_t>(hn::MaxLanes(D()));
  ChannelSums sums;
  for (int64_t begin = 0; begin < map.pixels; begin += ChannelSums::kPixels) {
    const int64_t end = std::min(map.pixels, begin + ChannelSums::kPixels);
    sums.clear(end - begin);
    for (int64_t c = 0; c < map.padded_channels(); c += kLanes) {
      const float* plane = src + (c / map.block) * map.pixels * map.block + c % map.block;
      for (int64_t p = begin; p < end; ++p) sums.add(d, p - begin, c, hn::LoadU(d, plane + p * map.block));
    }
    for (int64_t p = begin; p < end; ++p) dst[p] = sums.total(p - begin);
  }
}

void sum_squares_body(const BlockedMap& map, const float* src, float* dst) {
  if (map.block == 8) {
    sum_squares_of(hn::CappedTag<float, 8>(), map, src, dst);
  } else {
    sum_squares_of(hn::CappedTag<float, 16>(), map, src, dst);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dpac {

HWY_EXPORT(sum_squares_body);

void sum_squares(const BlockedMap& map, const float* src, float* dst) {
  DPAC_DISPATCH(sum_squares_body)(map, src, dst);
}

void sum_squares_plain(int64_t channels, int64_t pixels, const float* src, float* dst) {
  std::fill_n(dst, pixels, 0.0f);
  for (int64_t c = 0; c < channels; ++c) {
    const float* plane = src + c * pixels;
    for (int64_t p = 0; p < pixels; ++p) dst[p] += plane[p] * plane[p];
  }
}

namespace {

/// scratch[y][ox] = sum over the window's columns of row y.
void sum_columns(const PatchWindow& w, const float* sums, float* scratch) {
  std::fill_n(scratch, w.height * w.out_width, 0.0f);
  for (int64_t y = 0; y < w.height; ++y) {
    const float* from = sums + y * w.width;
    float* to = scratch + y * w.out_width;
    for (int k = 0; k < w.kernel; ++k) {
      const int64_t shift = k - w.pad_left;
      const int64_t first = std::max<int64_t>(0, (-shift + w.stride - 1) / w.stride);
      const int64_t last = std::min(w.out_width, (w.width - shift + w.stride - 1) / w.stride);
      for (int64_t x = first; x < last; ++x) to[x] += from[x * w.stride + shift];
    }
  }
}

}  // namespace

void patch_norms(const PatchWindow& w, const float* sums, float* scratch, float* dst) {
  sum_columns(w, sums, scratch);
  for (int64_t oy = 0; oy < w.out_height; ++oy) {
    float* to = dst + oy * w.out_width;
    std::fill_n(to, w.out_width, 0.0f);
    const int64_t top = oy * w.stride - w.pad_top;
    for (int64_t y = std::max<int64_t>(0, top); y < std::min(w.height, top + w.kernel); ++y) {
      const float* from = scratch + y * w.out_width;
      for (int64_t x = 0; x < w.out_width; ++x) to[x] += from[x];
    }
    for (int64_t x = 0; x < w.out_width; ++x) to[x] = std::sqrt(to[x]);
  }
}

}  // namespace dpac
#endif
