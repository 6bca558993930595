/// @file
/// The network's input image.
#pragma once

#include "engine/ops/digital_fwd.h"
#include "engine/ops/value.h"

namespace dpac {

/// Read as it comes: [channels, height, width].
struct InputOp {
  MapShape shape;  ///< Of 1 or 3 channels.
};

Value output_of(const InputOp& op, InputValues inputs);
Grid grid_of(const InputOp& op);

}  // namespace dpac
