#include "engine/ops/digital.h"

#include <algorithm>

#include "engine/ops/channels/channel_copies.h"

namespace dpac {

void clear_lanes(const RunMaps& maps, int64_t block, float* values) {
  const int64_t used = maps.shape.channels - block * maps.block;
  if (used >= maps.block) return;
  for (int64_t p = 0; p < maps.shape.pixels(); ++p) {
    std::fill(values + p * maps.block + used, values + (p + 1) * maps.block, 0.0f);
  }
}

void take_lane(const LaneCopy& c, const float* larger, float* smaller) {
  for (int64_t y = 0; y < c.height; ++y) {
    const float* from = larger + y * c.stride * c.wide * c.step;
    for (int64_t x = 0; x < c.width; ++x, smaller += c.step) *smaller = from[x * c.stride * c.step];
  }
}

void spread_lane(const LaneCopy& c, const float* smaller, float* larger) {
  for (int64_t y = 0; y < c.height; ++y) {
    float* to = larger + y * c.stride * c.wide * c.step;
    for (int64_t x = 0; x < c.width; ++x, smaller += c.step) to[x * c.stride * c.step] += *smaller;
  }
}

}  // namespace dpac
