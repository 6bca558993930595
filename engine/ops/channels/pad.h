/// @file
/// Zeros around a map, or less of it.
#pragma once

#include "engine/ops/digital_fwd.h"
#include "engine/ops/value.h"

namespace dpac {

/// So many rows and columns of zeros beyond each side; below zero, so many of the map's own are cut off
/// there. What is cut off one side cannot be more than the map.
struct PadOp {
  static constexpr bool kIntegers = false;
  int top = 0, left = 0, bottom = 0, right = 0;
};

Value output_of(const PadOp& op, InputValues inputs);
Grid grid_of(const PadOp& op);
std::size_t tape_of(const PadOp& op, const DigitalMaps& maps);
void run_block(const PadOp& op, const DigitalRun& run, int64_t map, int64_t block);
void run_backward(const PadOp& op, const DigitalBackward& run, int64_t map, int64_t block);

}  // namespace dpac
