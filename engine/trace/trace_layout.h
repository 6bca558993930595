/// @file
/// How values of analog operations lie in plain arrays: of `dpac trace`'s file, of Python.
#pragma once

#include <cstdint>
#include <span>

#include "engine/graph/fused_graph.h"
#include "kernels/analog_epilogue.h"

namespace dpac {

/// One sample's part of an array, in row-major order: [C, H, W] of images, [features] of a layer of one
/// pixel, [features, tokens] of a layer of every token, and [heads, tokens, columns] of a product of
/// attention. Shorter sequences end in zeros.
struct TraceLayout {
  Shape shape;
  bool attention = false;

  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(element_count(shape)); }
};

/// Of an analog node's output and input, for sequences of at most `tokens`.
TraceLayout output_layout(const FusedGraph& graph, int node, int64_t tokens);
TraceLayout input_layout(const FusedGraph& graph, int node, int64_t tokens);

/// dst, all zeros before, <- a sample's own map, plain [channels, pixels].
void place(const TraceLayout& layout, const BlockedMap& map, std::span<const float> plain,
           std::span<float> dst);

}  // namespace dpac
