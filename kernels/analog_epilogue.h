/// @file
/// Noise, ReLU and residual sum in one pass over the pre-activations of an analog operation.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/layout.h"
#include "kernels/noise_key.h"

namespace dpac {

/// Neighbouring output pixels [begin, end) whose windows keep the same taps inside the image, so that one row of
/// gains holds for all of them.
struct PixelRun {
  int64_t begin = 0, end = 0;
  int64_t gain_row = 0;
};

/// y <- finish(y + gain[c] * scale[p] * xi), where finish is ReLU, then the residual sum, then another ReLU, each
/// only where asked for. For shot noise (spec/noise.md section 2) gain is ||W_c|| / sqrt(D E_c) and scale the norm
/// of the input patch.
struct AnalogEpilogue {
  BlockedMap map;
  std::span<const PixelRun> runs;     ///< A partition of the pixels to do, which may be a part of the map.
  const float* gains = nullptr;       ///< [rows][padded channels]; zero beyond the last channel.
  const float* scales = nullptr;      ///< [pixels]; null stands for ones.
  const float* residual = nullptr;    ///< Same layout as y; null for none.
  bool relu = false;                  ///< On the noisy value, before the residual sum.
  bool relu_after_residual = false;
};

/// Runs the epilogue on one sample. `sum_squares` ([pixels], or null) receives sum_c y[c, p]^2 of what is stored:
/// the next operation's patch norms are made of it. Same bits on every instruction set and for every split of the
/// pixels. Allocates nothing.
void run_analog_epilogue(const AnalogEpilogue& epilogue, const NoiseKey& key, float* y, float* sum_squares);

}  // namespace dpac
