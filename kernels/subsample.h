/// @file
/// The parameter-free ("option A") shortcut of CIFAR ResNets, in 8-bit activations.
#pragma once

#include "kernels/layout.h"

namespace dpac {

/// Maps of one block, which is as long as the padded channels (kernels/integer_map.h).
struct Subsample {
  BlockedMap in, out;
  int64_t in_width = 1, out_width = 1;
  int stride = 2;
  int64_t channels_before = 0;  ///< Zero channels in front of the copied ones.
};

/// out[c + channels_before, y, x] <- in[c, stride y, stride x]; every other channel of out is the byte
/// `zero`. One sample.
void subsample(const Subsample& shortcut, uint8_t zero, const uint8_t* src, uint8_t* dst);

}  // namespace dpac
