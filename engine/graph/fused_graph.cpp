#include "engine/graph/fused_graph.h"

#include <algorithm>
#include <cassert>

namespace dpac {

bool has_weights(const FusedNode& node) {
  return std::holds_alternative<ConvolutionOp>(node.op) || std::holds_alternative<LinearOp>(node.op);
}

bool is_analog(const FusedNode& node) {
  return has_weights(node) || std::holds_alternative<AttentionScoresOp>(node.op) ||
         std::holds_alternative<AttentionContextOp>(node.op);
}

const MapShape& input_shape(const FusedGraph& graph, const FusedNode& node) {
  assert(node.input() >= 0 && static_cast<std::size_t>(node.input()) < graph.nodes.size());
  return graph.nodes[static_cast<std::size_t>(node.input())].value.shape;
}

std::size_t first_analog(const FusedGraph& graph) {
  const auto first = std::find_if(graph.nodes.begin(), graph.nodes.end(), is_analog);
  return static_cast<std::size_t>(first - graph.nodes.begin());
}

const Tensor& analog_weights(const FusedNode& node) {
  assert(has_weights(node));
  const auto* linear = std::get_if<LinearOp>(&node.op);
  return linear != nullptr ? *linear->weights : *std::get<ConvolutionOp>(node.op).weights;
}

void set_analog_weights(FusedNode& node, SharedTensor weights) {
  assert(weights->shape() == analog_weights(node).shape());
  if (auto* linear = std::get_if<LinearOp>(&node.op))
    linear->weights = std::move(weights);
  else
    std::get<ConvolutionOp>(node.op).weights = std::move(weights);
}

std::span<const float> analog_bias(const FusedNode& node) {
  const auto* linear = std::get_if<LinearOp>(&node.op);
  return linear != nullptr ? linear->bias : std::get<ConvolutionOp>(node.op).bias;
}

int64_t groups_of(const FusedNode& node) {
  const auto* convolution = std::get_if<ConvolutionOp>(&node.op);
  return convolution == nullptr ? 1 : convolution->groups;
}

int64_t dot_length_of(const Tensor& weights) {
  assert(weights.rank() >= 2 && weights.dim(0) > 0);
  return element_count(weights.shape()) / weights.dim(0);
}

}  // namespace dpac
