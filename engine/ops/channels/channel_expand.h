/// @file
/// A map of one channel, for arithmetic with maps of more.
#pragma once

#include "engine/ops/digital_fwd.h"
#include "engine/ops/value.h"

namespace dpac {

/// The one channel of a map, so many times.
struct ChannelExpandOp {
  static constexpr bool kIntegers = false;
  int64_t channels = 1;  ///< Of the output.
};

Value output_of(const ChannelExpandOp& op, InputValues inputs);
Grid grid_of(const ChannelExpandOp& op);
std::size_t tape_of(const ChannelExpandOp& op, const DigitalMaps& maps);
void run_block(const ChannelExpandOp& op, const DigitalRun& run, int64_t map, int64_t block);
void run_backward(const ChannelExpandOp& op, const DigitalBackward& run, int64_t map, int64_t block);

}  // namespace dpac
