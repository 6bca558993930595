/// @file
/// Depthwise convolutions of bytes: every channel is a dot product of its own, too short for what oneDNN's
/// integer products are fast at.
#pragma once

#include <cstdint>

#include "kernels/integer_map.h"
#include "kernels/layout.h"

namespace dpac {

/// acc[q, c] = sum of (u[p, c] + low) * w[t, c] over the taps t of window q whose pixels p lie inside the
/// image: exact, as long as it fits int32.
struct DepthwiseProduct {
  PatchWindow window;
  int64_t channels = 0;              ///< Padded, of both maps.
  int32_t low = 0;                   ///< Of the quantiser of the input's codes.
  const int32_t* weights = nullptr;  ///< [kernel height][kernel width][channels].
};

/// Rows [first, last) of one sample's output, [pixels][channels]. Allocates nothing.
void run_depthwise_product(const DepthwiseProduct& product, int64_t first, int64_t last, const uint8_t* src,
                           int32_t* acc);

}  // namespace dpac
