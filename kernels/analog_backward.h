/// @file
/// The analog epilogue's backward: what a loss's gradient becomes on its way back through ReLUs, quantisers
/// and the residual sum, and what it says about the noise of every output channel (docs/model.md section 6).
#pragma once

#include <cstdint>
#include <span>

#include "kernels/analog_epilogue.h"
#include "kernels/layout.h"
#include "kernels/noise_key.h"

namespace dpac {

/// What is summed up for each output channel c over its elements e; g is the gradient at the noisy
/// pre-activation.
enum class NoiseSum {
  product,  ///< sum_e g_e noise_e: d loss / d log E_c = -1/2 of it.
  square,   ///< sum_e (g_e sigma_e)^2: the variance of that sum, which needs no noise.
};

/// Noise is not stored: it is sigma * xi once more, as in the epilogue.
struct AnalogBackward {
  BlockedMap map;
  std::span<const PixelRun> runs;
  ElementPixels elements = {};
  const float* gains = nullptr;           ///< As in the epilogue; null where there is nothing to sum.
  const float* floors = nullptr;          ///< The same.
  const float* scales = nullptr;          ///< The same.
  const float* element_scales = nullptr;  ///< The same.
  const float* noise = nullptr;           ///< Instead of gains: the noise itself, in the layout of the map.
  const uint8_t* passes = nullptr;        ///< What the epilogue recorded; null where everything passes.
  const float* slopes = nullptr;          ///< What the epilogue recorded instead of `passes`.
  const uint8_t* sum_passes = nullptr;
  float* residual = nullptr;  ///< Gradient of the residual; null for none.
  bool accumulate = false;    ///< It is added to `residual`, which else is overwritten.
};

/// One sample. `gradient` is that of the epilogue's output and becomes that of its input. `sums` ([padded
/// channels]) is overwritten; zeros where nothing is summed. Same bits on every instruction set. Allocates
/// nothing.
void run_analog_backward(const AnalogBackward& backward, NoiseSum sum, const NoiseKey& key, float* gradient,
                         double* sums);

}  // namespace dpac
