/// @file
/// Maps side by side.
#pragma once

#include "engine/ops/digital_fwd.h"
#include "engine/ops/value.h"

namespace dpac {

/// The channels of all inputs, one map's after another's; maps of one height and width.
struct ConcatOp {
  static constexpr bool kIntegers = false;
};

Value output_of(const ConcatOp& op, InputValues inputs);
Grid grid_of(const ConcatOp& op);
std::size_t tape_of(const ConcatOp& op, const DigitalMaps& maps);
void run_block(const ConcatOp& op, const DigitalRun& run, int64_t map, int64_t block);
void run_backward(const ConcatOp& op, const DigitalBackward& run, int64_t map, int64_t block);

}  // namespace dpac
