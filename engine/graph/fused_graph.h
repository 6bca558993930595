/// @file
/// A graph as it runs: every node is one operation with all that is done in the same pass over its output.
/// Made by fuse() from the plain graph; noise layers and quantised tensors are numbered in its order.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "engine/graph/graph.h"
#include "engine/ops/channels/image_layout.h"
#include "kernels/activation.h"

namespace dpac {

/// The vocabulary of a plain graph, and what only a graph that runs has.
using FusedOp = OpsWith<AttentionScoresOp, AttentionContextOp, ImageLayoutOp>;

inline constexpr int kNone = -1;

/// For an analog operation the order is: product, noise, activation, residual sum, ReLU (docs/model.md
/// section 1).
struct FusedNode {
  std::string name;  ///< That of the operation, as in the plain graph.
  FusedOp op;
  Value value = {};  ///< The output.
  std::vector<int> inputs = {};
  int residual = kNone;  ///< Convolutions and linear layers: the node whose output is added.
  Activation activation = Activation::none;  ///< Before the residual sum; a smooth one has none.
  bool relu_after_residual = false;
  std::string result = {};  ///< The name of what an analog operation's output becomes; empty where it stays.

  [[nodiscard]] const MapShape& shape() const { return value.shape; }
  /// The first input, or kNone.
  [[nodiscard]] int input() const { return inputs.empty() ? kNone : inputs[0]; }
  /// Of products of two activations: the other operand. Else kNone.
  [[nodiscard]] int second() const { return inputs.size() < 2 ? kNone : inputs[1]; }
};

struct FusedGraph {
  std::vector<FusedNode> nodes;
  TokenLengths lengths = {};

  [[nodiscard]] const MapShape& input() const { return nodes.front().value.shape; }
  [[nodiscard]] int64_t classes() const { return nodes.back().value.shape.channels; }
  [[nodiscard]] bool reads_text() const { return std::holds_alternative<EmbeddingOp>(nodes.front().op); }
};

/// Whether the node is an analog operation: a convolution, a linear layer, or a product of attention.
bool is_analog(const FusedNode& node);

/// Whether it is one with stored weights: not a product of attention.
bool has_weights(const FusedNode& node);

/// The shape of what a node reads first.
const MapShape& input_shape(const FusedGraph& graph, const FusedNode& node);

/// Position of the first analog operation: up to its product, nothing depends on noise in the products.
std::size_t first_analog(const FusedGraph& graph);

/// The sizes of an analog operation.
void measure(const FusedGraph& graph, const FusedNode& node, AnalogLayer& layer);

/// The stored weights of a node that has some, with what they are applied to.
Product product_of(const FusedNode& node);

/// The weights of it, [out, ...].
const Tensor& analog_weights(const FusedNode& node);

/// Replaces them by others of the same shape.
void set_analog_weights(FusedNode& node, SharedTensor weights);

/// Of a convolution with groups; else 1, also of a node without weights.
int64_t groups_of(const FusedNode& node);

}  // namespace dpac
