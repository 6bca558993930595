/// @file
/// Linear layers: an analog operation.
#pragma once

#include <vector>

#include "engine/ops/analog/analog.h"
#include "engine/ops/digital_fwd.h"

namespace dpac {

/// y = W x + b of every pixel: of a token, or of a map of one pixel.
struct LinearOp {
  SharedTensor weights;     ///< [out, in].
  std::vector<float> bias;  ///< [out].
};

Value output_of(const LinearOp& op, InputValues inputs);
Grid grid_of(const LinearOp& op);
Product product_of(const LinearOp& op);
void set_weights(LinearOp& op, SharedTensor weights);
void measure(const LinearOp& op, const AnalogValues& values, AnalogLayer& layer);

}  // namespace dpac
