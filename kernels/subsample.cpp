#include "kernels/subsample.h"

#include <algorithm>
#include <cassert>

namespace dpac {

void subsample(const Subsample& s, uint8_t zero, const uint8_t* src, uint8_t* dst) {
  assert(s.channels_before >= 0 && s.channels_before < s.out.channels);
  assert(s.in.pixels % s.in_width == 0 && s.out.pixels % s.out_width == 0);
  assert((s.out_width - 1) * s.stride < s.in_width);
  assert((s.out.pixels / s.out_width - 1) * s.stride < s.in.pixels / s.in_width);
  const int64_t copied = std::min(s.in.channels, s.out.channels - s.channels_before);
  std::fill_n(dst, s.out.size(), zero);
  for (int64_t p = 0; p < s.out.pixels; ++p) {
    const int64_t y = p / s.out_width * s.stride, x = p % s.out_width * s.stride;
    std::copy_n(src + (y * s.in_width + x) * s.in.block, copied, dst + p * s.out.block + s.channels_before);
  }
}

}  // namespace dpac
