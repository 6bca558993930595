/// @file
/// The product of two maps, as squeeze-and-excitation needs it.
#pragma once

#include "engine/ops/digital_fwd.h"
#include "engine/ops/value.h"

namespace dpac {

/// Element by element; the second map may have one pixel, which then stands for all pixels.
struct MultiplyOp {
  static constexpr bool kIntegers = false;
};

Value output_of(const MultiplyOp& op, InputValues inputs);
Grid grid_of(const MultiplyOp& op);
std::size_t tape_of(const MultiplyOp& op, const DigitalMaps& maps);
void run_block(const MultiplyOp& op, const DigitalRun& run, int64_t map, int64_t block);
void run_backward(const MultiplyOp& op, const DigitalBackward& run, int64_t map, int64_t block);

}  // namespace dpac
