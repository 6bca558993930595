/// @file
/// The quotient of two maps.
#pragma once

#include "engine/ops/digital_fwd.h"
#include "engine/ops/value.h"

namespace dpac {

/// Element by element, of two maps of one shape.
struct DivideOp {
  static constexpr bool kIntegers = false;
};

Value output_of(const DivideOp& op, InputValues inputs);
Grid grid_of(const DivideOp& op);
std::size_t tape_of(const DivideOp& op, const DigitalMaps& maps);
void run_block(const DivideOp& op, const DigitalRun& run, int64_t map, int64_t block);
void run_backward(const DivideOp& op, const DigitalBackward& run, int64_t map, int64_t block);

}  // namespace dpac
