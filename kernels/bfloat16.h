/// @file
/// bfloat16: the upper half of a float32, with its exponent and 8 bits of significand.
#pragma once

#include <bit>
#include <cstdint>

namespace dpac {

/// A float32 whose lower half is zero, stored in half the memory.
struct Bfloat16 {
  uint16_t bits = 0;
  bool operator==(const Bfloat16&) const = default;
};

constexpr float to_float(Bfloat16 value) {
  return std::bit_cast<float>(static_cast<uint32_t>(value.bits) << 16);
}

/// Rounds to nearest, half to even, beyond the largest to infinity, as oneDNN does. Arithmetic's own NaN
/// stays one; a NaN whose upper significand is all ones, which no arithmetic makes, need not.
constexpr Bfloat16 to_bfloat16(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  constexpr uint32_t kBelowHalf = 0x7FFF;
  return {static_cast<uint16_t>((bits + kBelowHalf + ((bits >> 16) & 1)) >> 16)};
}

/// dst[i] = to_bfloat16(src[i]). Same bits on every instruction set.
void narrow(int64_t n, const float* src, Bfloat16* dst);

/// dst[i] = to_float(src[i]): exact.
void widen(int64_t n, const Bfloat16* src, float* dst);

}  // namespace dpac
