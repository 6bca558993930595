#include "kernels/patch_norm.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "kernels/simd.h"
#include "kernels/window_sums-inl.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/patch_norm.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/bfloat16-inl.h"
#include "kernels/channel_sum-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {

template <class Value>
HWY_INLINE void sum_map_squares(const BlockedMap& map, const Value* src, float* dst) {
  const hn::CappedTag<float, kChannelGroup> d;
  constexpr auto kLanes = static_cast<int64_t>(hn::MaxLanes(d));
  ChannelSums sums;
  for (int64_t begin = 0; begin < map.pixels; begin += ChannelSums::kPixels) {
    const int64_t end = std::min(map.pixels, begin + ChannelSums::kPixels);
    sums.clear(end - begin);
    for (int64_t c = 0; c < map.padded_channels(); c += kLanes) {
      const Value* plane = src + (c / map.block) * map.pixels * map.block + c % map.block;
      for (int64_t p = begin; p < end; ++p) sums.add(d, p - begin, c, load_values(d, plane + p * map.block));
    }
    for (int64_t p = begin; p < end; ++p) dst[p] = sums.total(p - begin);
  }
}

void sum_squares_body(const BlockedMap& map, const float* src, float* dst) {
  sum_map_squares(map, src, dst);
}

void narrow_sum_squares_body(const BlockedMap& map, const Bfloat16* src, float* dst) {
  sum_map_squares(map, src, dst);
}

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dpac {

HWY_EXPORT(sum_squares_body);
HWY_EXPORT(narrow_sum_squares_body);

void sum_squares(const BlockedMap& map, const float* src, float* dst) {
  assert(map.is_valid());
  DPAC_DISPATCH_BLOCKS(sum_squares_body, map.block)(map, src, dst);
}

void sum_squares(const BlockedMap& map, const Bfloat16* src, float* dst) {
  assert(map.is_valid());
  DPAC_DISPATCH_BLOCKS(narrow_sum_squares_body, map.block)(map, src, dst);
}

void sum_squares_plain(int64_t channels, int64_t pixels, const float* src, float* dst) {
  std::fill_n(dst, pixels, 0.0f);
  for (int64_t c = 0; c < channels; ++c) {
    const float* plane = src + c * pixels;
    for (int64_t p = 0; p < pixels; ++p) dst[p] += plane[p] * plane[p];
  }
}

void patch_norms(const PatchWindow& w, const float* sums, float* scratch, float* dst) {
  assert(w.is_valid());
  sum_windows(w, sums, scratch, dst);
  for (int64_t q = 0; q < w.out_height * w.out_width; ++q) dst[q] = std::sqrt(dst[q]);
}

}  // namespace dpac
#endif
