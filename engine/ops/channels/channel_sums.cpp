#include "engine/ops/channels/channel_sums.h"

#include <algorithm>
#include <array>

namespace dpac {
namespace {

constexpr int kLanes = 8;  // Of the shortest block, so that sums do not depend on its length.

/// Channels beyond the last are zeros.
float sum_of_channels(const RunMaps& maps, const float* map, int64_t pixel) {
  std::array<float, kLanes> sums = {};
  for (int64_t b = 0; b < maps.map().blocks(); ++b) {
    const float* values = map + maps.at(0, b) + pixel * maps.block;
    for (int half = 0; half < maps.block; half += kLanes) {
      for (int i = 0; i < kLanes; ++i) sums[static_cast<std::size_t>(i)] += values[half + i];
    }
  }
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

}  // namespace

void add_channel_sums(const RunMaps& maps, const float* map, float scale, float* one) {
  for (int64_t p = 0; p < maps.shape.pixels(); ++p)
    one[p * maps.block] += scale * sum_of_channels(maps, map, p);
}

void add_to_channels(const RunMaps& maps, int64_t block, const float* one, float scale, float* values) {
  const int64_t channels = std::min<int64_t>(maps.block, maps.shape.channels - block * maps.block);
  for (int64_t p = 0; p < maps.shape.pixels(); ++p, one += maps.block, values += maps.block) {
    for (int64_t i = 0; i < channels; ++i) values[i] += scale * *one;
  }
}

}  // namespace dpac
