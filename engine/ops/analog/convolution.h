/// @file
/// Convolutions: an analog operation.
#pragma once

#include <vector>

#include "engine/ops/analog/analog.h"
#include "engine/ops/digital_fwd.h"

namespace dpac {

/// y = W x + b over the windows of a map. With groups, output channels of the g-th part of all see the input
/// channels of the g-th part of all.
struct ConvolutionOp {
  Geometry geometry;
  SharedTensor weights;     ///< [out, in / groups, kernel height, kernel width].
  std::vector<float> bias;  ///< [out].
  int64_t groups = 1;
};

Value output_of(const ConvolutionOp& op, InputValues inputs);
Grid grid_of(const ConvolutionOp& op);
Product product_of(const ConvolutionOp& op);
void set_weights(ConvolutionOp& op, SharedTensor weights);
void measure(const ConvolutionOp& op, const AnalogValues& values, AnalogLayer& layer);

}  // namespace dpac
