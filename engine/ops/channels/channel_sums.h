/// @file
/// What the mean over channels and the repetition of one have in common: each is the other's gradient.
#pragma once

#include "engine/ops/digital.h"

namespace dpac {

/// one[p] += scale times the sum over the channels of pixel p of `map`, where `one` is a map of one channel.
void add_channel_sums(const RunMaps& maps, const float* map, float scale, float* one);

/// Adds scale one[p] to all channels of a block.
void add_to_channels(const RunMaps& maps, int64_t block, const float* one, float scale, float* values);

}  // namespace dpac
