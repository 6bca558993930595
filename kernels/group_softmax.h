/// @file
/// Softmax over groups of channels, as split attention has it.
#pragma once

#include <cstdint>

#include "kernels/layout.h"

namespace dpac {

/// Channels as [groups, C / groups]: y[g, i] = exp(x[g, i]) / sum_h exp(x[h, i]) at every pixel. Each output
/// is computed of all groups, so a map takes C groups exponentials a pixel.
struct GroupSoftmax {
  BlockedMap map;
  int64_t groups = 1;  ///< Divides the channels.
};

/// One channel block of a map; src and dst are whole maps, and differ. Lanes beyond the last channel become
/// zeros. Same bits on every instruction set and for both sizes of blocks.
void group_softmax(const GroupSoftmax& how, int64_t block, const float* src, float* dst);

/// Adds to one channel block of the gradient of x what that of y gives it: y (dy - sum_h y[h, i] dy[h, i]).
void group_softmax_backward(const GroupSoftmax& how, int64_t block, const float* y, const float* y_gradient,
                            float* x_gradient);

}  // namespace dpac
