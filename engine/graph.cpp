#include "engine/graph.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace dpac {
namespace {

Tensor copy_of(const Tensor& tensor) {
  return {tensor.shape(), tensor.values()};
}

struct CloneOp {
  Op operator()(const ConvolutionOp& op) const {
    return ConvolutionOp{op.geometry, copy_of(op.weights), op.bias};
  }
  Op operator()(const LinearOp& op) const { return LinearOp{copy_of(op.weights), op.bias}; }
  Op operator()(const EmbeddingOp& op) const {
    return EmbeddingOp{copy_of(op.words), copy_of(op.positions), copy_of(op.types)};
  }
  template <class Weightless>
  Op operator()(const Weightless& op) const {
    return op;
  }
};

}  // namespace

Graph clone(const Graph& graph) {
  Graph copy{graph.architecture, graph.parameters, {}, graph.lengths, graph.class_names, graph.assumed};
  for (const Node& node : graph.nodes) {
    copy.nodes.push_back({node.name, std::visit(CloneOp(), node.op), node.shape, node.input, node.residual,
                          node.second, node.activation, node.relu_after_residual});
  }
  return copy;
}

bool has_weights(const Node& node) {
  return std::holds_alternative<ConvolutionOp>(node.op) || std::holds_alternative<LinearOp>(node.op);
}

bool is_analog(const Node& node) {
  return has_weights(node) || std::holds_alternative<AttentionScoresOp>(node.op) ||
         std::holds_alternative<AttentionContextOp>(node.op);
}

std::vector<bool> per_token_nodes(const Graph& graph) {
  std::vector<bool> nodes;
  for (const Node& node : graph.nodes) {
    const bool input = node.input == kNone || nodes[static_cast<std::size_t>(node.input)];
    nodes.push_back(input && !std::holds_alternative<TokenPoolOp>(node.op));
  }
  return nodes;
}

const MapShape& input_shape(const Graph& graph, const Node& node) {
  assert(node.input >= 0 && static_cast<std::size_t>(node.input) < graph.nodes.size());
  return graph.nodes[static_cast<std::size_t>(node.input)].shape;
}

std::size_t first_analog(const Graph& graph) {
  const auto first = std::find_if(graph.nodes.begin(), graph.nodes.end(), is_analog);
  return static_cast<std::size_t>(first - graph.nodes.begin());
}

const Tensor& analog_weights(const Node& node) {
  assert(has_weights(node));
  const auto* linear = std::get_if<LinearOp>(&node.op);
  return linear != nullptr ? linear->weights : std::get<ConvolutionOp>(node.op).weights;
}

Tensor& analog_weights(Node& node) {
  return const_cast<Tensor&>(analog_weights(std::as_const(node)));
}

std::span<const float> analog_bias(const Node& node) {
  const auto* linear = std::get_if<LinearOp>(&node.op);
  return linear != nullptr ? linear->bias : std::get<ConvolutionOp>(node.op).bias;
}

int64_t dot_length_of(const Tensor& weights) {
  assert(weights.rank() >= 2 && weights.dim(0) > 0);
  return element_count(weights.shape()) / weights.dim(0);
}

}  // namespace dpac
