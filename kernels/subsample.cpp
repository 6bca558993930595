#include "kernels/subsample.h"

#include <algorithm>
#include <cassert>

namespace dpac {
namespace {

int64_t offset_of(const BlockedMap& map, int64_t channel) {
  return (channel / map.block) * map.pixels * map.block + channel % map.block;
}

/// Calls visit(offset in `in`, offset in `out`) for every element that is copied.
template <class Visit>
void for_each_copied(const Subsample& s, const Visit& visit) {
  assert(s.channels_before >= 0 && s.channels_before < s.out.channels);
  assert(s.in.pixels % s.in_width == 0 && s.out.pixels % s.out_width == 0);
  assert((s.out_width - 1) * s.stride < s.in_width);
  assert((s.out.pixels / s.out_width - 1) * s.stride < s.in.pixels / s.in_width);
  const int64_t copied = std::min(s.in.channels, s.out.channels - s.channels_before);
  for (int64_t c = 0; c < copied; ++c) {
    const int64_t in = offset_of(s.in, c), out = offset_of(s.out, c + s.channels_before);
    for (int64_t p = 0; p < s.out.pixels; ++p) {
      const int64_t y = p / s.out_width * s.stride, x = p % s.out_width * s.stride;
      visit(in + (y * s.in_width + x) * s.in.block, out + p * s.out.block);
    }
  }
}

template <class T>
void subsample_values(const Subsample& s, T zero, const T* src, T* dst) {
  std::fill_n(dst, s.out.size(), zero);
  for_each_copied(s, [&](int64_t in, int64_t out) { dst[out] = src[in]; });
}

}  // namespace

void subsample(const Subsample& s, const float* src, float* dst) {
  subsample_values(s, 0.0f, src, dst);
}

void subsample(const Subsample& s, uint8_t zero, const uint8_t* src, uint8_t* dst) {
  subsample_values(s, zero, src, dst);
}

void subsample_backward(const Subsample& s, const float* out_gradient, float* in_gradient) {
  std::fill_n(in_gradient, s.in.size(), 0.0f);
  for_each_copied(s, [&](int64_t in, int64_t out) { in_gradient[in] = out_gradient[out]; });
}

}  // namespace dpac
