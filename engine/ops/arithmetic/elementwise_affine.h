/// @file
/// A scale and an offset for every element of a map: learned maps, such as embeddings of positions.
#pragma once

#include "engine/ops/digital_fwd.h"
#include "engine/ops/value.h"

namespace dpac {

/// scale[c, y, x] v + offset[c, y, x].
struct ElementwiseAffineOp {
  static constexpr bool kIntegers = false;
  SharedTensor scale, offset;  ///< [channels, height, width].
};

Value output_of(const ElementwiseAffineOp& op, InputValues inputs);
Grid grid_of(const ElementwiseAffineOp& op);
std::size_t tape_of(const ElementwiseAffineOp& op, const DigitalMaps& maps);
void run_block(const ElementwiseAffineOp& op, const DigitalRun& run, int64_t map, int64_t block);
void run_backward(const ElementwiseAffineOp& op, const DigitalBackward& run, int64_t map, int64_t block);

}  // namespace dpac
