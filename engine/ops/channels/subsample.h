/// @file
/// The parameter-free ("option A") shortcut of CIFAR ResNets.
#pragma once

#include "engine/ops/digital_fwd.h"
#include "engine/ops/value.h"

namespace dpac {

/// Every stride-th pixel, new channels zero on both sides.
struct SubsampleOp {
  static constexpr bool kIntegers = true;
  int stride = 2;
  int64_t channels = 0;         ///< Of the output.
  int64_t channels_before = 0;  ///< Zero channels in front of the copied ones.
};

Value output_of(const SubsampleOp& op, InputValues inputs);
Grid grid_of(const SubsampleOp& op);
std::size_t tape_of(const SubsampleOp& op, const DigitalMaps& maps);
void run_block(const SubsampleOp& op, const DigitalRun& run, int64_t map, int64_t block);
void run_backward(const SubsampleOp& op, const DigitalBackward& run, int64_t map, int64_t block);
void run_integer(const SubsampleOp& op, const IntegerRun& run, int64_t map);

}  // namespace dpac
