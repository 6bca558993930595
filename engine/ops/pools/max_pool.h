/// @file
/// The largest value over windows of a map.
#pragma once

#include "engine/ops/digital_fwd.h"
#include "engine/ops/value.h"

namespace dpac {

/// Padding is no candidate for the largest value.
struct MaxPoolOp {
  static constexpr bool kIntegers = true;
  Geometry geometry;
};

Value output_of(const MaxPoolOp& op, InputValues inputs);
Grid grid_of(const MaxPoolOp& op);
onednn::Primitive compile(const MaxPoolOp& op, const DigitalMaps& maps, const Compiling& how);
onednn::Primitive compile_backward(const MaxPoolOp& op, const DigitalMaps& maps, const Compiling& how);
onednn::Primitive compile_integer(const MaxPoolOp& op, const IntegerMaps& maps, const Compiling& how);

}  // namespace dpac
