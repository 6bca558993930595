/// @file
/// The parameter-free ("option A") shortcut of CIFAR ResNets.
#pragma once

#include "kernels/layout.h"

namespace dpac {

struct Subsample {
  BlockedMap in, out;
  int64_t in_width = 1, out_width = 1;
  int stride = 2;
  int64_t channels_before = 0;  ///< Zero channels in front of the copied ones.
};

/// out[c + channels_before, y, x] <- in[c, stride y, stride x]; every other channel of out is zero. One
/// sample.
void subsample(const Subsample& shortcut, const float* src, float* dst);

/// Its backward: in[c, stride y, stride x] <- out[c + channels_before, y, x], every other element zero.
void subsample_backward(const Subsample& shortcut, const float* out_gradient, float* in_gradient);

/// subsample() on 8-bit activations (kernels/integer_map.h), whose zero is the byte `zero`: maps of one
/// block, which is as long as the padded channels.
void subsample(const Subsample& shortcut, uint8_t zero, const uint8_t* src, uint8_t* dst);

}  // namespace dpac
