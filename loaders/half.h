/// @file
/// 16-bit floats to float32, exactly: every value of either format is a float32.
#pragma once

#include <bit>
#include <cstdint>

namespace dpac {

/// Upper half of a float32.
inline float float_from_bfloat16(uint16_t bits) {
  return std::bit_cast<float>(uint32_t{bits} << 16);
}

/// IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits; subnormals, infinities and NaN
/// included.
inline float float_from_half(uint16_t bits) {
  constexpr uint32_t kExponentShift = 112u << 23;  // Bias 127 for bias 15.
  constexpr float kSmallestNormal = 0x1p-14f;
  const uint32_t sign = (bits & 0x8000u) << 16;
  const uint32_t magnitude = (bits & 0x7fffu) << 13;
  const uint32_t exponent = bits & 0x7c00u;
  if (exponent == 0x7c00u) return std::bit_cast<float>(sign | 0x7f800000u | magnitude);
  if (exponent != 0) return std::bit_cast<float>(sign | (magnitude + kExponentShift));
  // A subnormal: read it as a normal number with a leading one too many, and take that one away.
  const float value = std::bit_cast<float>(magnitude + kExponentShift + (1u << 23)) - kSmallestNormal;
  return std::bit_cast<float>(sign | std::bit_cast<uint32_t>(value));
}

}  // namespace dpac
