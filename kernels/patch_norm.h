/// @file
/// Norms of the input patches under a convolution's window (docs/model.md section 2, shot noise).
#pragma once

#include "kernels/bfloat16.h"
#include "kernels/layout.h"

namespace dpac {

/// dst[p] = sum_c src[c, p]^2 over one sample's blocked map. Same bits on every instruction set.
void sum_squares(const BlockedMap& map, const float* src, float* dst);
void sum_squares(const BlockedMap& map, const Bfloat16* src, float* dst);

/// The same for a plain [C, pixels] map, channels in order: the network's input.
void sum_squares_plain(int64_t channels, int64_t pixels, const float* src, float* dst);

/// dst[q] = sqrt(sum of sums[p] over the pixels p under window q that lie inside the image), [out_height,
/// out_width]. `scratch` holds height * out_width floats. Each window is summed row by row: taps of a row
/// left to right, then the rows top to bottom.
void patch_norms(const PatchWindow& window, const float* sums, float* scratch, float* dst);

}  // namespace dpac
