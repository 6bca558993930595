#include "engine/plan.h"

#include <algorithm>

namespace dpac {
namespace {

const MapShape& input_shape(const Graph& graph, const Node& node) {
  return graph.nodes[static_cast<std::size_t>(node.input)].shape;
}

bool reads_input_image(const Graph& graph, const Node& node) {
  return std::holds_alternative<InputOp>(graph.nodes[static_cast<std::size_t>(node.input)].op);
}

onednn::ConvolutionSpec product(const Graph& graph, const Node& node, const PlanOptions& options) {
  onednn::ConvolutionSpec spec;
  spec.name = node.name;
  spec.batch = options.samples;
  spec.in = input_shape(graph, node);
  spec.out = node.shape;
  // A linear layer is a 1x1 convolution over one pixel: its sums then run in one order whatever the batch.
  if (const auto* convolution = std::get_if<ConvolutionOp>(&node.op)) spec.geometry = convolution->geometry;
  spec.plain_input = reads_input_image(graph, node);
  if (!options.separate_noise) {
    spec.post_ops = {.add_to_dst = node.residual != kNone, .relu = node.relu || node.relu_after_residual};
  }
  return spec;
}

/// Which value each node's output is, and how long each value lives. A fused residual sum happens in the residual's
/// own memory, which nothing reads later.
struct Values {
  std::vector<std::size_t> of_node;
  std::vector<std::optional<std::size_t>> sums_of_node;
  std::vector<Lifetime> lifetimes;
};

Values collect_values(const Graph& graph, const PlanOptions& options) {
  Values values;
  const auto samples = static_cast<std::size_t>(options.samples);
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const Node& node = graph.nodes[n];
    const int now = static_cast<int>(n);
    const bool in_place = node.residual != kNone && !options.separate_noise;
    if (in_place) {
      values.of_node.push_back(values.of_node[static_cast<std::size_t>(node.residual)]);
    } else {
      values.of_node.push_back(values.lifetimes.size());
      const bool stored = !std::holds_alternative<InputOp>(node.op);
      values.lifetimes.push_back({stored ? samples * static_cast<std::size_t>(blocked_map(node).size()) : 0, now, now});
    }
    values.sums_of_node.emplace_back();
    for (const int read : {node.input, node.residual}) {
      if (read != kNone) values.lifetimes[values.of_node[static_cast<std::size_t>(read)]].last = now;
    }
    values.lifetimes[values.of_node[n]].last = now;
    if (!options.separate_noise || !is_analog(node)) continue;
    auto& sums = values.sums_of_node[static_cast<std::size_t>(node.input)];
    if (!sums) {
      sums = values.lifetimes.size();
      values.lifetimes.push_back({samples * static_cast<std::size_t>(input_shape(graph, node).pixels()), node.input, now});
    }
    values.lifetimes[*sums].last = now;
  }
  return values;
}

}  // namespace

BlockedMap blocked_map(const Node& node) {
  return {node.shape.channels, node.shape.pixels(), onednn::channel_block()};
}

bool is_analog(const Node& node) {
  return std::holds_alternative<ConvolutionOp>(node.op) || std::holds_alternative<LinearOp>(node.op);
}

std::vector<NodeWeights> wrap_weights(const Graph& graph) {
  std::vector<NodeWeights> weights(graph.nodes.size());
  for (std::size_t n = 0; n < weights.size(); ++n) {
    const Node& node = graph.nodes[n];
    if (const auto* linear = std::get_if<LinearOp>(&node.op)) {
      weights[n].direct.emplace(linear->weights.values(), linear->bias);
    } else if (const auto* convolution = std::get_if<ConvolutionOp>(&node.op)) {
      if (suits_winograd(input_shape(graph, node), node.shape, convolution->geometry)) {
        weights[n].winograd.emplace(convolution->weights, convolution->bias);
      } else {
        weights[n].direct.emplace(convolution->weights.values(), convolution->bias);
      }
    }
  }
  return weights;
}

void drop_plain(std::vector<NodeWeights>& weights) {
  for (NodeWeights& node : weights) {
    if (node.winograd) node.winograd->drop_plain();
  }
}

Plan::Plan(const Graph& graph, const std::vector<NodeWeights>& weights, const PlanOptions& options)
    : options_(options), steps_(graph.nodes.size()) {
  make_primitives(graph, weights);
  place_values(graph);
}

void Plan::make_primitives(const Graph& graph, const std::vector<NodeWeights>& weights) {
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const Node& node = graph.nodes[n];
    Step& step = steps_[n];
    if (weights[n].winograd) {
      step.winograd.emplace(product(graph, node, options_), *weights[n].winograd, options_.threads);
      scratchpad_size_ = std::max(scratchpad_size_, step.winograd->scratchpad_size());
    } else if (weights[n].direct) {
      step.primitive = onednn::make_convolution(product(graph, node, options_), *weights[n].direct, options_.threads);
    } else if (const auto* pool = std::get_if<MaxPoolOp>(&node.op)) {
      step.primitive = onednn::make_max_pool(options_.samples, input_shape(graph, node), node.shape, pool->geometry,
                                             options_.threads);
    } else if (std::holds_alternative<GlobalAveragePoolOp>(node.op)) {
      step.primitive = onednn::make_global_average_pool(options_.samples, input_shape(graph, node), options_.threads);
    }
    scratchpad_size_ = std::max(scratchpad_size_, step.primitive.scratchpad_size());
  }
}

void Plan::place_values(const Graph& graph) {
  const Values values = collect_values(graph, options_);
  const MemoryPlan memory = plan_memory(values.lifetimes);
  arena_size_ = memory.size;
  for (std::size_t n = 0; n < steps_.size(); ++n) {
    steps_[n].value = memory.offsets[values.of_node[n]];
    if (values.sums_of_node[n]) steps_[n].sums = memory.offsets[*values.sums_of_node[n]];
  }
}

}  // namespace dpac
