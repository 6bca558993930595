/// @file
/// Norms of input patches within the groups of a grouped convolution (docs/model.md section 2, shot noise).
#pragma once

#include "kernels/layout.h"

namespace dpac {

/// What group_patch_norms() needs to know. Channels of both maps are divided evenly into groups.
struct GroupWindow {
  PatchWindow window;
  BlockedMap in, out;
  int64_t groups = 1;

  /// Floats of scratch memory.
  [[nodiscard]] int64_t scratch_size() const {
    return window.height * window.width + window.height * window.out_width + out.pixels;
  }
};

/// dst[c, q] = sqrt(sum of src[i, p]^2 over the input channels i of output channel c's group and the pixels p
/// under window q that lie inside the image), in the layout of `out` with zeros beyond the last channel. One
/// sample. Same bits on every instruction set.
void group_patch_norms(const GroupWindow& groups, const float* src, float* scratch, float* dst);

}  // namespace dpac
