/// @file
/// The channels of a map in another order, as ShuffleNet has it.
#pragma once

#include "engine/ops/digital_fwd.h"
#include "engine/ops/value.h"

namespace dpac {

/// [groups, C / groups] channels become [C / groups, groups]: output channel i groups + g is input channel
/// g C / groups + i.
struct ChannelShuffleOp {
  static constexpr bool kIntegers = false;
  int64_t groups = 1;
};

Value output_of(const ChannelShuffleOp& op, InputValues inputs);
Grid grid_of(const ChannelShuffleOp& op);
std::size_t tape_of(const ChannelShuffleOp& op, const DigitalMaps& maps);
void run_block(const ChannelShuffleOp& op, const DigitalRun& run, int64_t map, int64_t block);
void run_backward(const ChannelShuffleOp& op, const DigitalBackward& run, int64_t map, int64_t block);

}  // namespace dpac
