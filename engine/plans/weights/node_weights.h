/// @file
/// The weights of a graph in the form its products take them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/graph/fused_graph.h"
#include "engine/onednn/onednn.h"
#include "engine/onednn/winograd.h"
#include "engine/plans/weights/grouped_weights.h"
#include "engine/tensor.h"

namespace dpac {

/// The weights of linear layers that read the same tokens, one below the other: Q, K and V of an attention
/// are one product.
struct WeightStack {
  std::vector<std::size_t> nodes;
  std::vector<int64_t> first_rows;  ///< Of each node; each has whole channel blocks, zeros beyond its own.
  Tensor weights;                   ///< [rows, in].
  std::vector<float> bias;          ///< [rows].

  /// The first `rows` rows of one of its nodes.
  [[nodiscard]] std::span<float> rows_of(std::size_t node, int64_t rows);
};

/// The weights of a node; nothing, where the node has none.
struct NodeWeights {
  /// Packs other weights of the node, in the layout of the graph's. Not for a node of a stack.
  void repack(const float* weights, int threads);

  std::optional<onednn::Weights> direct;
  std::optional<WinogradWeights> winograd;
  std::unique_ptr<GroupedWeights> grouped;  ///< What `direct` is a view of, of a convolution with groups.
  std::unique_ptr<WeightStack> stack;       ///< What `direct` is a view of, where other nodes are in it too.
  int product_of = kNone;                   ///< The node whose product, from a stack, also makes this one's.
  int64_t product_row = 0;                  ///< And the first of this node's rows in it.
};

/// One per node, to be shared by all plans of the graph that store values so. Winograd is for float32 only.
std::vector<NodeWeights> wrap_weights(const FusedGraph& graph, Storage storage = Storage::float32);

/// The same without Winograd and stacks, and also without biases where asked for.
std::vector<NodeWeights> wrap_direct(const FusedGraph& graph, bool with_bias = true);

/// The weights of a convolution with groups.
void wrap_groups(const FusedGraph& graph, const FusedNode& node, bool with_bias, NodeWeights& weights);

/// After the last plan is made: frees what only packing needed.
void drop_plain(std::vector<NodeWeights>& weights);

}  // namespace dpac
