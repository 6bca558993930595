/// @file
/// Draws the noisy weights W~ of weight noise (docs/model.md section 2).
#pragma once

#include <cstdint>

#include "kernels/noise_key.h"

namespace dpac {

/// W~[r][j] = W[r][j] + sigma * sum_{k < repeats[r]} xi(element r * row_length + j, repeat k): the weights of
/// output channel r, with sigma = gains[r]; of weight noise sigma_w (Wmax_r - Wmin_r) / sqrt(E_r) /
/// repeats[r]. With slopes, sigma = max(0, gains[r] + slopes[r] |W| + curves[r] W^2).
struct WeightNoise {
  int64_t row_length = 0;            ///< Weights of an output channel.
  const float* gains = nullptr;      ///< [rows].
  const float* slopes = nullptr;     ///< [rows]; null for zeros, of curves too.
  const float* curves = nullptr;     ///< [rows].
  const int32_t* repeats = nullptr;  ///< [rows]; null for one each.
};

/// Rows [first, last) of one layer; `weights` and `dst` point to row 0 of [rows][row_length]. An element's
/// number is its plain index, e = r * row_length + j. `dst` may be `weights`. Same bits on every instruction
/// set and for every split of the rows. Allocates nothing.
void perturb_weights(const WeightNoise& noise, const NoiseKey& key, int64_t first, int64_t last,
                     const float* weights, float* dst);

}  // namespace dpac
