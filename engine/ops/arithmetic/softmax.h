/// @file
/// Softmax over groups of channels, with which split attention weighs the branches of a block.
#pragma once

#include "engine/ops/digital_fwd.h"
#include "engine/ops/value.h"

namespace dpac {

/// Channels as [groups, C / groups]: exp(x[g, i]) / sum_h exp(x[h, i]) at every pixel. With as many groups as
/// channels it is the softmax over the channels.
struct SoftmaxOp {
  static constexpr bool kIntegers = false;
  int64_t groups = 1;
};

Value output_of(const SoftmaxOp& op, InputValues inputs);
Grid grid_of(const SoftmaxOp& op);
std::size_t tape_of(const SoftmaxOp& op, const DigitalMaps& maps);
void run_block(const SoftmaxOp& op, const DigitalRun& run, int64_t map, int64_t block);
void run_backward(const SoftmaxOp& op, const DigitalBackward& run, int64_t map, int64_t block);

}  // namespace dpac
