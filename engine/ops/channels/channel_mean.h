/// @file
/// The mean over the channels of a map.
#pragma once

#include "engine/ops/digital_fwd.h"
#include "engine/ops/value.h"

namespace dpac {

/// One channel for a map: the mean of every pixel's.
struct ChannelMeanOp {
  static constexpr bool kIntegers = false;
};

Value output_of(const ChannelMeanOp& op, InputValues inputs);
Grid grid_of(const ChannelMeanOp& op);
std::size_t tape_of(const ChannelMeanOp& op, const DigitalMaps& maps);
void run_block(const ChannelMeanOp& op, const DigitalRun& run, int64_t map, int64_t block);
void run_backward(const ChannelMeanOp& op, const DigitalBackward& run, int64_t map, int64_t block);

}  // namespace dpac
