/// @file
/// Layer normalisation.
#pragma once

#include <vector>

#include "engine/ops/digital_fwd.h"
#include "engine/ops/value.h"

namespace dpac {

/// gamma (x - mean) / sqrt(variance + epsilon) + beta over the channels of every pixel.
struct LayerNormOp {
  static constexpr bool kIntegers = false;
  std::vector<float> gamma, beta;  ///< [features], and zeros up to whole groups of 16.
  float epsilon = 0;
};

Value output_of(const LayerNormOp& op, InputValues inputs);
Grid grid_of(const LayerNormOp& op);
std::size_t tape_of(const LayerNormOp& op, const DigitalMaps& maps);
void run_pixels(const LayerNormOp& op, const DigitalRun& run, int64_t map, const Pixels& pixels);
void run_backward(const LayerNormOp& op, const DigitalBackward& run, int64_t map, const Pixels& pixels);

}  // namespace dpac
