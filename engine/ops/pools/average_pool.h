/// @file
/// The mean over windows of a map.
#pragma once

#include "engine/ops/digital_fwd.h"
#include "engine/ops/value.h"

namespace dpac {

/// Over the window's pixels inside the map, or also over padding, which is zero.
struct AveragePoolOp {
  static constexpr bool kIntegers = false;
  Geometry geometry;
  bool count_include_pad = false;  ///< Padding counts in the divisor.
  /// Pixels of the padding below and to the right that never count in it, for windows that PyTorch's
  /// ceil_mode lets reach beyond.
  int beyond_bottom = 0, beyond_right = 0;
};

Value output_of(const AveragePoolOp& op, InputValues inputs);
Grid grid_of(const AveragePoolOp& op);
std::size_t tape_of(const AveragePoolOp& op, const DigitalMaps& maps);
void run_block(const AveragePoolOp& op, const DigitalRun& run, int64_t map, int64_t block);
void run_backward(const AveragePoolOp& op, const DigitalBackward& run, int64_t map, int64_t block);

}  // namespace dpac
