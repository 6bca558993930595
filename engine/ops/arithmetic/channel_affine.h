/// @file
/// A scale and an offset for every channel: a BatchNorm that no product can take.
#pragma once

#include <vector>

#include "engine/ops/digital_fwd.h"
#include "engine/ops/value.h"

namespace dpac {

/// scale[c] x + offset[c].
struct ChannelAffineOp {
  static constexpr bool kIntegers = false;
  std::vector<float> scale, offset;  ///< [channels], and zeros up to whole groups of 16.
};

/// Of a value for every channel each.
ChannelAffineOp channel_affine(std::vector<float> scale, std::vector<float> offset);

Value output_of(const ChannelAffineOp& op, InputValues inputs);
Grid grid_of(const ChannelAffineOp& op);
std::size_t tape_of(const ChannelAffineOp& op, const DigitalMaps& maps);
void run_block(const ChannelAffineOp& op, const DigitalRun& run, int64_t map, int64_t block);
void run_backward(const ChannelAffineOp& op, const DigitalBackward& run, int64_t map, int64_t block);

}  // namespace dpac
