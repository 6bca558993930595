#include "engine/graph/fused_graph.h"

#include <algorithm>
#include <cassert>
#include <type_traits>
#include <utility>

namespace dpac {

bool has_weights(const FusedNode& node) {
  return std::visit([]<class Op>(const Op&) { return HasProduct<Op>; }, node.op);
}

bool is_analog(const FusedNode& node) {
  return std::visit(
      []<class Op>(const Op&) {
        constexpr bool attention =
            std::is_same_v<Op, AttentionScoresOp> || std::is_same_v<Op, AttentionContextOp>;
        static_assert(IsAnalog<Op> == (HasProduct<Op> || attention),
                      "an analog op has sizes, and stored weights if it is no product of attention");
        return IsAnalog<Op>;
      },
      node.op);
}

const MapShape& input_shape(const FusedGraph& graph, const FusedNode& node) {
  assert(node.input() >= 0 && static_cast<std::size_t>(node.input()) < graph.nodes.size());
  return graph.nodes[static_cast<std::size_t>(node.input())].value.shape;
}

std::size_t first_analog(const FusedGraph& graph) {
  const auto first = std::find_if(graph.nodes.begin(), graph.nodes.end(), is_analog);
  return static_cast<std::size_t>(first - graph.nodes.begin());
}

void measure(const FusedGraph& graph, const FusedNode& node, AnalogLayer& layer) {
  const AnalogValues values{graph.nodes[static_cast<std::size_t>(node.input())].value, node.value,
                            graph.lengths};
  std::visit(
      [&]<class Op>(const Op& op) {
        if constexpr (IsAnalog<Op>) measure(op, values, layer);
      },
      node.op);
}

Product product_of(const FusedNode& node) {
  assert(has_weights(node));
  return std::visit(
      []<class Op>(const Op& op) -> Product {
        if constexpr (HasProduct<Op>) {
          return product_of(op);
        } else {
          static const SharedTensor none;
          return {none, {}};
        }
      },
      node.op);
}

const Tensor& analog_weights(const FusedNode& node) {
  return *product_of(node).weights;
}

void set_analog_weights(FusedNode& node, SharedTensor weights) {
  assert(weights->shape() == analog_weights(node).shape());
  std::visit(
      [&]<class Op>(Op& op) {
        if constexpr (HasProduct<Op>) set_weights(op, std::move(weights));
      },
      node.op);
}

int64_t groups_of(const FusedNode& node) {
  return has_weights(node) ? product_of(node).groups : 1;
}

}  // namespace dpac
