/// @file
/// Some channels of a map.
#pragma once

#include "engine/ops/digital_fwd.h"
#include "engine/ops/value.h"

namespace dpac {

/// Channels [begin, end).
struct SliceOp {
  static constexpr bool kIntegers = false;
  int64_t begin = 0, end = 0;
};

Value output_of(const SliceOp& op, InputValues inputs);
Grid grid_of(const SliceOp& op);
std::size_t tape_of(const SliceOp& op, const DigitalMaps& maps);
void run_block(const SliceOp& op, const DigitalRun& run, int64_t map, int64_t block);
void run_backward(const SliceOp& op, const DigitalBackward& run, int64_t map, int64_t block);

}  // namespace dpac
