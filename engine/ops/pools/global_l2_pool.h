/// @file
/// The L2 norm of all pixels of a map, as global response normalisation has it.
#pragma once

#include "engine/ops/digital_fwd.h"
#include "engine/ops/value.h"

namespace dpac {

/// One pixel for a map: sqrt(sum over the pixels of x^2). The gradient of a channel of zeros is zero.
struct GlobalL2PoolOp {
  static constexpr bool kIntegers = false;
};

Value output_of(const GlobalL2PoolOp& op, InputValues inputs);
Grid grid_of(const GlobalL2PoolOp& op);
std::size_t tape_of(const GlobalL2PoolOp& op, const DigitalMaps& maps);
void run_block(const GlobalL2PoolOp& op, const DigitalRun& run, int64_t map, int64_t block);
void run_backward(const GlobalL2PoolOp& op, const DigitalBackward& run, int64_t map, int64_t block);

}  // namespace dpac
