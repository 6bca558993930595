#include "engine/noise/analog.h"

#include <cmath>

#include "engine/graph/fuse.h"

namespace dpac {
namespace {

int64_t rounded(double value) {
  return std::llround(value);
}

/// Sizes of an operation with weights.
void measure_weights(const FusedNode& node, double pixels, AnalogLayer& layer) {
  const Tensor& weights = analog_weights(node);
  layer.op = std::holds_alternative<LinearOp>(node.op) ? "linear" : "convolution";
  layer.out_channels = weights.dim(0);
  layer.dot_length = dot_length_of(weights);
  const double outputs = static_cast<double>(node.shape().channels) * pixels;
  layer.outputs = rounded(outputs);
  layer.macs = rounded(static_cast<double>(layer.dot_length) * outputs);
  layer.parameters = element_count(weights.shape()) + weights.dim(0);
}

/// Sizes of Q K^T, whose dot products run over a head's features, or of P V, whose run over the tokens.
void measure_attention(const FusedGraph& graph, const FusedNode& node, AnalogLayer& layer) {
  const TokenLengths& lengths = graph.lengths;
  const auto* scores = std::get_if<AttentionScoresOp>(&node.op);
  const auto features =
      static_cast<double>(scores != nullptr ? input_shape(graph, node).channels : node.shape().channels);
  layer.op = "attention";
  layer.has_weights = false;
  layer.out_channels = 1;
  layer.macs = rounded(features * lengths.mean_square);
  if (scores != nullptr) {
    layer.dot_length = input_shape(graph, node).channels / scores->heads;
    layer.outputs = rounded(static_cast<double>(scores->heads) * lengths.mean_square);
  } else {
    layer.dot_length = rounded(lengths.mean);
    layer.outputs = rounded(features * lengths.mean);
  }
}

AnalogLayer describe(const FusedGraph& graph, int position) {
  const FusedNode& node = graph.nodes[static_cast<std::size_t>(position)];
  AnalogLayer layer{.name = node.name, .op = {}, .node = position};
  const double pixels = node.value.tokens ? graph.lengths.mean : static_cast<double>(node.shape().pixels());
  if (has_weights(node)) measure_weights(node, pixels, layer);
  if (!has_weights(node)) measure_attention(graph, node, layer);
  return layer;
}

}  // namespace

std::vector<AnalogLayer> analog_layers(const FusedGraph& graph) {
  std::vector<AnalogLayer> layers;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    if (is_analog(graph.nodes[n])) layers.push_back(describe(graph, static_cast<int>(n)));
  }
  return layers;
}

std::vector<AnalogLayer> analog_layers(const Graph& graph) {
  return analog_layers(fuse(graph));
}

int64_t total_macs(const std::vector<AnalogLayer>& layers) {
  int64_t macs = 0;
  for (const AnalogLayer& layer : layers) macs += layer.macs;
  return macs;
}

}  // namespace dpac
