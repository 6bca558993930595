/// @file
/// Reproducible test data: the same on every platform, unlike the standard library's distributions.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace dpac::test {

/// Uniform values in [low, high).
inline std::vector<float> random_values(std::size_t count, uint32_t seed, float low = -1.0f,
                                        float high = 1.0f) {
  std::mt19937 engine(seed);
  std::vector<float> values(count);
  for (float& v : values) v = low + (high - low) * static_cast<float>(engine() >> 8) * 0x1p-24f;
  return values;
}

}  // namespace dpac::test
