/// @file
/// What follows an exact 8-bit product: scaling, noise, ReLU, residual sum and requantisation in one pass.
#pragma once

#include <cstdint>

#include "kernels/integer_map.h"
#include "kernels/noise_key.h"

namespace dpac {

/// A product of asymmetric codes: with activations' codes x and weights' codes w = w' + offset (w' in int8),
/// oneDNN gives acc = sum x w', and
///
///     y[p, c] = alpha[c] * float(acc[p, c] + offsets[c] * patch_sums[p]) + bias[c]       (one rounding, one
///     fma)
///
/// is the pre-activation: exact but for its last two roundings. Noise is sigma * xi with sigma = gains[c] *
/// scales[p], or its root of the summed squares with floors[c]. Then, as in the analog epilogue: noise, ReLU,
/// quantiser, residual sum, ReLU, quantiser. Pointers are per channel and of padded length, zero beyond the
/// last channel. Quantisers in use have at most 256 levels, and none is an identity.
struct IntegerEpilogue {
  IntegerMap map;                    ///< Of the output.
  const float* alpha = nullptr;      ///< Scale of the input times scale of the channel's weights.
  const int32_t* offsets = nullptr;  ///< Null for zeros.
  const float* bias = nullptr;
  const int32_t* patch_sums = nullptr;  ///< [pixels]; not read where offsets is null.
  /// Of a channel that has sums of its own, where they begin in patch_sums; null: all read the same.
  const int32_t* sum_places = nullptr;
  const float* gains = nullptr;   ///< Noise per draw: sigma / repeats. Null for no noise.
  const float* floors = nullptr;  ///< Of what no norm scales, beside gains; null for zeros.
  const float* scales = nullptr;  ///< Norms of patches, [pixels]; null for ones.
  /// Of a channel that has norms of its own, where they begin in scales; null: all read the same.
  const int32_t* scale_places = nullptr;
  const int32_t* repeats = nullptr;   ///< Draws that are summed up; null for one.
  bool relu = false;                  ///< Before the residual sum.
  Quantizer quantizer = {};           ///< Of the operation's output.
  const uint8_t* residual = nullptr;  ///< Same layout as the output; null for none.
  Quantizer residual_quantizer = {};  ///< Of the residual.
  bool relu_after_residual = false;
  Quantizer sum_quantizer = {};  ///< Of the residual sum.
};

/// Pixels [first, last) of one sample. `dst` receives codes under sum_quantizer where there is a residual,
/// else under quantizer. Noise elements are numbered as in the analog epilogue (kernels/noise_key.h): the
/// same key gives the same noise. Same bits on every instruction set and for every split of the pixels.
/// Allocates nothing.
void run_integer_epilogue(const IntegerEpilogue& epilogue, const NoiseKey& key, int64_t first, int64_t last,
                          const int32_t* acc, uint8_t* dst);

}  // namespace dpac
