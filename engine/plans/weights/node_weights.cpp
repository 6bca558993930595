#include "engine/plans/weights/node_weights.h"

#include <algorithm>

#include "kernels/layout.h"

namespace dpac {
namespace {

int64_t padded_rows(const FusedNode& node) {
  return BlockedMap{node.shape().channels, 1, onednn::channel_block()}.padded_channels();
}

/// Whether two nodes are weighted sums of the same tokens, so that one product can make both.
bool share_product(const FusedGraph& graph, const FusedNode& a, const FusedNode& b) {
  const bool pointwise =
      has_weights(a) && has_weights(b) && product_of(a).is_pointwise() && product_of(b).is_pointwise();
  const bool bare =
      a.residual == kNone && b.residual == kNone && !is_smooth(a.activation) && !is_smooth(b.activation);
  return graph.reads_text() && pointwise && bare && a.input() == b.input();
}

/// Neighbouring nodes that one product makes, from `first` on.
std::vector<std::size_t> stacked_nodes(const FusedGraph& graph, std::size_t first) {
  std::vector<std::size_t> nodes = {first};
  for (std::size_t n = first + 1; n < graph.nodes.size(); ++n) {
    if (!share_product(graph, graph.nodes[first], graph.nodes[n])) break;
    nodes.push_back(n);
  }
  return nodes;
}

std::unique_ptr<WeightStack> make_stack(const FusedGraph& graph, std::vector<std::size_t> nodes) {
  auto stack = std::make_unique<WeightStack>();
  int64_t rows = 0;
  for (const std::size_t n : nodes) {
    stack->first_rows.push_back(rows);
    rows += padded_rows(graph.nodes[n]);
  }
  stack->nodes = std::move(nodes);
  stack->weights = Tensor({rows, analog_weights(graph.nodes[stack->nodes.front()]).dim(1)});
  std::fill(stack->weights.values().begin(), stack->weights.values().end(), 0.0f);
  stack->bias.assign(static_cast<std::size_t>(rows), 0.0f);
  for (std::size_t i = 0; i < stack->nodes.size(); ++i) {
    const FusedNode& node = graph.nodes[stack->nodes[i]];
    const auto own = analog_weights(node).values();
    std::copy(own.begin(), own.end(), stack->rows_of(stack->nodes[i], node.shape().channels).begin());
    const auto bias = product_of(node).bias;
    std::copy(bias.begin(), bias.end(), stack->bias.begin() + stack->first_rows[i]);
  }
  return stack;
}

void wrap_stack(const FusedGraph& graph, const std::vector<std::size_t>& nodes,
                std::vector<NodeWeights>& weights) {
  NodeWeights& leader = weights[nodes.front()];
  leader.stack = make_stack(graph, nodes);
  leader.direct.emplace(leader.stack->weights.values(), leader.stack->bias);
  for (std::size_t i = 1; i < nodes.size(); ++i) {
    weights[nodes[i]].direct.reset();
    weights[nodes[i]].product_of = static_cast<int>(nodes.front());
    weights[nodes[i]].product_row = leader.stack->first_rows[i];
  }
}

}  // namespace

std::span<float> WeightStack::rows_of(std::size_t node, int64_t rows) {
  const auto i = static_cast<std::size_t>(std::find(nodes.begin(), nodes.end(), node) - nodes.begin());
  const auto depth = static_cast<std::size_t>(weights.dim(1));
  return weights.values().subspan(static_cast<std::size_t>(first_rows[i]) * depth,
                                  static_cast<std::size_t>(rows) * depth);
}

void NodeWeights::repack(const float* plain, int threads) {
  if (grouped != nullptr) {
    grouped->fill(plain);
    direct->repack(grouped->weights().values().data());
  } else if (winograd) {
    winograd->repack(plain, threads);
  } else {
    direct->repack(plain);
  }
}

void wrap_groups(const FusedGraph& graph, const FusedNode& node, bool with_bias, NodeWeights& weights) {
  weights.grouped = std::make_unique<GroupedWeights>(node, input_shape(graph, node).channels, with_bias);
  weights.direct.emplace(weights.grouped->weights().values(), weights.grouped->bias());
}

std::vector<NodeWeights> wrap_direct(const FusedGraph& graph, bool with_bias) {
  std::vector<NodeWeights> weights(graph.nodes.size());
  for (std::size_t n = 0; n < weights.size(); ++n) {
    const FusedNode& node = graph.nodes[n];
    if (!has_weights(node)) continue;
    if (groups_of(node) != 1) {
      wrap_groups(graph, node, with_bias, weights[n]);
      continue;
    }
    weights[n].direct.emplace(analog_weights(node).values(),
                              with_bias ? product_of(node).bias : std::span<const float>());
  }
  return weights;
}

std::vector<NodeWeights> wrap_weights(const FusedGraph& graph, Storage storage) {
  std::vector<NodeWeights> weights = wrap_direct(graph);
  for (std::size_t n = 0; n < weights.size(); ++n) {
    const FusedNode& node = graph.nodes[n];
    if (!has_weights(node)) continue;
    const Product product = product_of(node);
    if (storage == Storage::float32 && product.groups == 1 &&
        suits_winograd(input_shape(graph, node), node.shape(), product.geometry)) {
      weights[n].direct.reset();
      weights[n].winograd.emplace(*product.weights, product.bias);
    } else if (weights[n].product_of == kNone) {
      const std::vector<std::size_t> nodes = stacked_nodes(graph, n);
      if (nodes.size() > 1) wrap_stack(graph, nodes, weights);
    }
  }
  return weights;
}

void drop_plain(std::vector<NodeWeights>& weights) {
  for (NodeWeights& node : weights) {
    if (node.winograd) node.winograd->drop_plain();
  }
}

}  // namespace dpac
