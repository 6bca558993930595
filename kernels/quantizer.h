/// @file
/// The affine quantiser (docs/model.md section 3).
#pragma once

#include <cstdint>

namespace dpac {

/// Q(v) = scale * code(v), code(v) = clamp(round half to even(v / scale), low, high): zero is always exact.
///
/// From a range [min, max] and L levels: scale = (max - min) / (L - 1), low = round(min / scale), and high
/// the smaller of low + L - 1 and round(max / scale), so that there are never more than L codes and none
/// beyond max. Codes are whole numbers below 2^24, which float32 holds exactly, for every range that contains
/// zero.
struct Quantizer {
  float scale = 0;          ///< 0: the range is a point (or too narrow for float32), and Q(v) = v.
  float inverse_scale = 0;  ///< 1 / scale, rounded; what the kernels multiply by.
  float low = 0, high = 0;  ///< Smallest and largest code.
  float min = 0, max = 0;   ///< The range it was made from: where its straight-through gradient passes.

  [[nodiscard]] bool is_identity() const { return scale == 0; }
  /// Whether its codes, counted from `low`, are bytes.
  [[nodiscard]] bool fits_bytes() const { return !is_identity() && high - low <= 255; }
};

inline constexpr double kFewestBits = 1, kMostBits = 24;

/// round(2^bits); bits need not be whole. @throws Error unless kFewestBits <= bits <= kMostBits.
int64_t levels_of(double bits);

/// @throws Error unless min <= max, both are finite in float32, and 2 <= levels <= 2^24.
Quantizer make_quantizer(double min, double max, int64_t levels);

/// Bit i mod 8 of byte i / 8 of `bits` is set where min <= src[i] <= max. `count` is a multiple of 8.
void mark_inside(const Quantizer& quantizer, int64_t count, const float* src, uint8_t* bits);

/// dst[i] <- Q(src[i]); src and dst may be the same. Same bits on every instruction set.
void quantize_values(const Quantizer& quantizer, int64_t count, const float* src, float* dst);

}  // namespace dpac
