#include "engine/plans/plan.h"

#include <algorithm>

#include "engine/graph/fused_graph.h"
#include "engine/noise/layer_noise.h"
#include "engine/onednn/onednn.h"
#include "engine/plans/memory_plan.h"
#include "kernels/group_patch_norm.h"

namespace dpac {
Workspace::Workspace(const WorkspaceSize& size)
    : memory_(whole_lines(size.arena) + whole_lines(size.scratchpad) + whole_lines(size.norms) +
              whole_lines(size.tape) + whole_lines(size.heads)),
      arena_(memory_.data()),
      scratchpad_(arena_ + whole_lines(size.arena)),
      norms_(scratchpad_ + whole_lines(size.scratchpad)),
      tape_(norms_ + whole_lines(size.norms)),
      heads_(tape_ + whole_lines(size.tape)) {
  std::fill_n(memory_.data(), memory_.size(), 0.0f);  // Touches the pages now rather than in the first run.
}

std::size_t patch_scratch_size(const FusedGraph& graph, int threads) {
  int64_t size = 0;
  for (const FusedNode& node : graph.nodes) {
    if (!is_analog(node)) continue;
    size = std::max(size, node.shape().pixels() + input_shape(graph, node).height * node.shape().width);
    if (groups_of(node) == 1) continue;
    // Norms of every channel, and what group_patch_norms() sums up in.
    const MapShape &in = input_shape(graph, node), &out = node.shape();
    const int block = onednn::channel_block();
    const GroupWindow groups{.window = patch_window(graph, node),
                             .in = {in.channels, in.pixels(), block},
                             .out = {out.channels, out.pixels(), block},
                             .groups = groups_of(node)};
    size = std::max(size, groups.out.size() + threads * groups.scratch_size());
  }
  return static_cast<std::size_t>(size);
}

WorkspaceSize join(const WorkspaceSize& a, const WorkspaceSize& b) {
  return {std::max(a.arena, b.arena), std::max(a.scratchpad, b.scratchpad), std::max(a.norms, b.norms),
          std::max(a.tape, b.tape), std::max(a.heads, b.heads)};
}

}  // namespace dpac
