#include "kernels/subsample.h"

#include <algorithm>

namespace dpac {
namespace {

int64_t offset_of(const BlockedMap& map, int64_t channel) {
  return (channel / map.block) * map.pixels * map.block + channel % map.block;
}

template <class T>
void subsample_values(const Subsample& s, T zero, const T* src, T* dst) {
  std::fill_n(dst, s.out.size(), zero);
  const int64_t copied = std::min(s.in.channels, s.out.channels - s.channels_before);
  for (int64_t c = 0; c < copied; ++c) {
    const T* from = src + offset_of(s.in, c);
    T* to = dst + offset_of(s.out, c + s.channels_before);
    for (int64_t p = 0; p < s.out.pixels; ++p) {
      const int64_t y = p / s.out_width * s.stride, x = p % s.out_width * s.stride;
      to[p * s.out.block] = from[(y * s.in_width + x) * s.in.block];
    }
  }
}

}  // namespace

void subsample(const Subsample& s, const float* src, float* dst) {
  subsample_values(s, 0.0f, src, dst);
}

void subsample(const Subsample& s, uint8_t zero, const uint8_t* src, uint8_t* dst) {
  subsample_values(s, zero, src, dst);
}

}  // namespace dpac
