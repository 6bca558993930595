/// @file
/// The memory layout of 8-bit activations, and the small kernels on it.
#pragma once

#include <array>
#include <cstdint>

#include "kernels/layout.h"
#include "kernels/quantizer.h"

namespace dpac {

/// One sample's map as uint8 [pixels][padded channels] (NHWC), channels padded to a multiple of kChannelGroup
/// (16), so that no kernel sees a tail. A byte u stands for the code u + low of the map's quantiser, and so
/// for the value scale * (u + low); bytes beyond the last channel stand for zero: u = -low. Network inputs,
/// of 1 or 3 channels, are the one exception: they are not padded.
struct IntegerMap {
  int64_t channels = 0;  ///< Padded, but for inputs.
  int64_t pixels = 0;

  [[nodiscard]] int64_t size() const { return channels * pixels; }
};

/// Plain float32 [C, pixels] -> codes of an input, [pixels][C].
void quantize_input(const IntegerMap& map, const Quantizer& quantizer, const float* src, uint8_t* dst);

/// Codes -> values in channel blocks, zeros beyond the last channel. `to` has the channels before padding.
void values_of_codes(const IntegerMap& map, const Quantizer& quantizer, const uint8_t* src,
                     const BlockedMap& to, float* dst);

/// Values in channel blocks, zero beyond the last channel -> codes.
void codes_of_values(const BlockedMap& from, const Quantizer& quantizer, const float* src,
                     const IntegerMap& map, uint8_t* dst);

/// dst[g, p] = sum of (u[p, c] + low) over the channels c of group g, one of so many equal parts of all: the
/// exact sum of a pixel's codes. From pixel to pixel it is `stride` bytes.
void sum_codes(const IntegerMap& map, int64_t stride, int64_t groups, int32_t low, const uint8_t* src,
               int32_t* dst);

/// The same of the squares, (u[p, c] + low)^2, exact below 2^31.
void sum_code_squares(const IntegerMap& map, int64_t stride, int64_t groups, int32_t low, const uint8_t* src,
                      int32_t* dst);

/// What becomes of each byte.
using ByteTable = std::array<uint8_t, 256>;

/// bytes[i] <- table[bytes[i]].
void translate(const ByteTable& table, int64_t count, uint8_t* bytes);

/// dst[q] = sum of sums[p] over the pixels p under window q that lie inside the image, [out_height,
/// out_width]. `scratch` holds height * out_width values. The integer twin of patch_norms().
void patch_sums(const PatchWindow& window, const int32_t* sums, int32_t* scratch, int32_t* dst);

/// norms[i] = scale * sqrt(squares[i]): of codes under a quantiser of that scale, from exact sums.
void norms_of_codes(int64_t count, float scale, const int32_t* squares, float* norms);

/// Global average pool: dst[c] = codes under `out` of scale / pixels * sum_p code[p, c] under `in`;
/// [1][channels].
void average_codes(const IntegerMap& map, const Quantizer& in, const Quantizer& out, const uint8_t* src,
                   uint8_t* dst);

}  // namespace dpac
