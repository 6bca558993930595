/// @file
/// The mean of all pixels of a map.
#pragma once

#include "engine/ops/digital_fwd.h"
#include "engine/ops/value.h"

namespace dpac {

/// One pixel for a map.
struct GlobalAveragePoolOp {
  static constexpr bool kIntegers = true;
};

Value output_of(const GlobalAveragePoolOp& op, InputValues inputs);
Grid grid_of(const GlobalAveragePoolOp& op);
std::size_t tape_of(const GlobalAveragePoolOp& op, const DigitalMaps& maps);
void run_block(const GlobalAveragePoolOp& op, const DigitalRun& run, int64_t map, int64_t block);
void run_backward(const GlobalAveragePoolOp& op, const DigitalBackward& run, int64_t map, int64_t block);
void run_integer(const GlobalAveragePoolOp& op, const IntegerRun& run, int64_t map);

}  // namespace dpac
