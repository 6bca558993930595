#include "engine/trace/trace_layout.h"

#include <algorithm>

namespace dpac {
namespace {

int64_t heads_of(const FusedNode& node) {
  if (const auto* scores = std::get_if<AttentionScoresOp>(&node.op)) return scores->heads;
  if (const auto* context = std::get_if<AttentionContextOp>(&node.op)) return context->heads;
  return 0;
}

const FusedNode& node_of(const FusedGraph& graph, int node) {
  return graph.nodes[static_cast<std::size_t>(node)];
}

TraceLayout map_layout(const FusedGraph& graph, int node, bool linear, int64_t tokens) {
  const MapShape& map = node_of(graph, node).shape();
  if (node_of(graph, node).value.tokens) return {{map.channels, tokens}};
  if (linear) return {{map.channels * map.pixels()}};
  return {{map.channels, map.height, map.width}};
}

/// Rows of a head size, or of the scores of a token.
TraceLayout attention_layout(int64_t heads, int64_t tokens, int64_t columns) {
  return {{heads, tokens, columns}, true};
}

bool are_scores(const FusedNode& node) {
  return std::holds_alternative<AttentionScoresOp>(node.op);
}

}  // namespace

TraceLayout output_layout(const FusedGraph& graph, int node, int64_t tokens) {
  const FusedNode& own = node_of(graph, node);
  const int64_t heads = heads_of(own);
  if (heads == 0) return map_layout(graph, node, std::holds_alternative<LinearOp>(own.op), tokens);
  return attention_layout(heads, tokens, are_scores(own) ? tokens : own.shape().channels / heads);
}

TraceLayout input_layout(const FusedGraph& graph, int node, int64_t tokens) {
  const FusedNode& own = node_of(graph, node);
  const int64_t heads = heads_of(own);
  if (heads == 0) return map_layout(graph, own.input(), std::holds_alternative<LinearOp>(own.op), tokens);
  return attention_layout(heads, tokens, are_scores(own) ? input_shape(graph, own).channels / heads : tokens);
}

void place(const TraceLayout& layout, const BlockedMap& map, std::span<const float> plain,
           std::span<float> dst) {
  const auto channels = static_cast<std::size_t>(map.channels), pixels = static_cast<std::size_t>(map.pixels);
  if (!layout.attention) {
    const std::size_t room = dst.size() / channels;
    for (std::size_t c = 0; c < channels; ++c) {
      std::copy_n(plain.begin() + static_cast<std::ptrdiff_t>(c * pixels), pixels,
                  dst.begin() + static_cast<std::ptrdiff_t>(c * room));
    }
    return;
  }
  const auto heads = static_cast<std::size_t>(layout.shape[0]),
             rows = static_cast<std::size_t>(layout.shape[1]),
             columns = static_cast<std::size_t>(layout.shape[2]);
  const std::size_t tokens = pixels / heads;
  for (std::size_t p = 0; p < pixels; ++p) {
    float* row = &dst[(p / tokens * rows + p % tokens) * columns];
    for (std::size_t c = 0; c < channels; ++c) row[c] = plain[c * pixels + p];
  }
}

}  // namespace dpac
