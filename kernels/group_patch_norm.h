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

  [[nodiscard]] bool is_depthwise() const { return groups == in.channels && groups == out.channels; }

  /// What threads may share out: channel blocks of a depthwise convolution, else groups.
  [[nodiscard]] int64_t parts() const { return is_depthwise() ? out.blocks() : groups; }

  /// Floats of scratch memory of a thread.
  [[nodiscard]] int64_t scratch_size() const;
};

/// dst[c, q] = sqrt(sum of src[i, p]^2 over the input channels i of output channel c's group and the pixels p
/// under window q that lie inside the image), in the layout of `out` with zeros beyond the last channel; of
/// the parts [first, last) of one sample. Same bits on every instruction set and for every split of the
/// parts.
void group_patch_norms(const GroupWindow& groups, int64_t first, int64_t last, const float* src,
                       float* scratch, float* dst);

}  // namespace dpac
