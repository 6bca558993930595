/// @file
/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014): random
/// numbers for choices of data, the same on every machine. Noise has a generator of its own,
/// kernels/noise_key.h.
#pragma once

#include <cstdint>

namespace dpac {

/// A counter and a mixer: word k of a stream is mix(seed + (k + 1) * kIncrement).
class SplitMix64 {
 public:
  explicit SplitMix64(uint64_t seed) : state_(seed) {}

  uint64_t next() {
    uint64_t z = state_ += kIncrement;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  /// In [low, high), from 53 bits.
  double uniform(double low, double high) {
    return low + (high - low) * (static_cast<double>(next() >> 11) * 0x1p-53);
  }

  /// One of 0 ... count - 1. By remainder: 64 bits leave no bias to speak of.
  int below(int count) { return static_cast<int>(next() % static_cast<uint64_t>(count)); }

 private:
  static constexpr uint64_t kIncrement = 0x9e3779b97f4a7c15;

  uint64_t state_;
};

/// A seed for thing number `number` among those that share `seed`.
inline uint64_t seed_of(uint64_t seed, uint64_t number) {
  return SplitMix64(SplitMix64(seed).next() + number).next();
}

}  // namespace dpac
