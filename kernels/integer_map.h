/// @file
/// The memory layout of 8-bit activations, and the small kernels on it.
#pragma once

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

/// dst[p] = sum_c (u[p, c] + low): the exact sum of a pixel's codes.
void sum_codes(const IntegerMap& map, int32_t low, const uint8_t* src, int32_t* dst);

/// dst[q] = sum of sums[p] over the pixels p under window q that lie inside the image, [out_height,
/// out_width]. `scratch` holds height * out_width values. The integer twin of patch_norms().
void patch_sums(const PatchWindow& window, const int32_t* sums, int32_t* scratch, int32_t* dst);

/// Global average pool: dst[c] = codes under `out` of scale / pixels * sum_p code[p, c] under `in`;
/// [1][channels].
void average_codes(const IntegerMap& map, const Quantizer& in, const Quantizer& out, const uint8_t* src,
                   uint8_t* dst);

}  // namespace dpac
