/// @file
/// Layer normalisation over the channels of every pixel.
#pragma once

#include <cstdint>

#include "kernels/layout.h"
#include "kernels/quantizer.h"

namespace dpac {

/// y = Q(gamma (x - mean) / sqrt(variance + epsilon) + beta), with the biased variance. Channels beyond the
/// last are zeros in x and stay zeros.
struct LayerNorm {
  BlockedMap map;
  const float* gamma = nullptr;  ///< [padded channels], zeros beyond the last channel.
  const float* beta = nullptr;   ///< The same.
  float epsilon = 0;
  Quantizer quantizer = {};
  /// Where a backward follows: (x - mean) / sqrt(variance + epsilon), in the layout of the map; 1 / sqrt(...)
  /// per pixel; and a bit per element, set where the quantiser does not clamp (as AnalogEpilogue::passes).
  /// Null for none.
  float* normalised = nullptr;
  float* inverse_deviation = nullptr;
  uint8_t* passes = nullptr;
};

/// Pixels [begin, end) of one map; src and dst may be the same. `sum_squares` ([pixels], or null) receives
/// sum_c y[c, p]^2. Same bits on every instruction set and for every split of the pixels.
void layer_norm(const LayerNorm& norm, int64_t begin, int64_t end, const float* src, float* dst,
                float* sum_squares);

struct LayerNormBackward {
  BlockedMap map;
  const float* gamma = nullptr;
  const float* normalised = nullptr;  ///< What the forward kept.
  const float* inverse_deviation = nullptr;
  const uint8_t* passes = nullptr;  ///< Null where everything passes.
};

/// `gradient` of y becomes that of x, in place.
void layer_norm_backward(const LayerNormBackward& norm, int64_t begin, int64_t end, float* gradient);

}  // namespace dpac
