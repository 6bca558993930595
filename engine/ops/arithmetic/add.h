/// @file
/// The sum of two maps.
#pragma once

#include "engine/ops/digital_fwd.h"
#include "engine/ops/value.h"

namespace dpac {

/// Of two maps of one shape, or tokens of one sequence.
struct AddOp {
  static constexpr bool kIntegers = false;
};

Value output_of(const AddOp& op, InputValues inputs);
Grid grid_of(const AddOp& op);
std::size_t tape_of(const AddOp& op, const DigitalMaps& maps);
void run_block(const AddOp& op, const DigitalRun& run, int64_t map, int64_t block);
void run_backward(const AddOp& op, const DigitalBackward& run, int64_t map, int64_t block);

}  // namespace dpac
