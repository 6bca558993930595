#include "engine/analog.h"

namespace dpac {
namespace {

AnalogLayer describe(const Node& node, int position) {
  const Tensor& weights = analog_weights(node);
  AnalogLayer layer;
  layer.name = node.name;
  layer.op = std::holds_alternative<LinearOp>(node.op) ? "linear" : "convolution";
  layer.node = position;
  layer.out_channels = weights.dim(0);
  layer.dot_length = dot_length_of(weights);
  layer.outputs = node.shape.channels * node.shape.pixels();
  layer.parameters = element_count(weights.shape()) + weights.dim(0);
  return layer;
}

}  // namespace

std::vector<AnalogLayer> analog_layers(const Graph& graph) {
  std::vector<AnalogLayer> layers;
  for (int i = 0; const Node& node : graph.nodes) {
    if (is_analog(node)) layers.push_back(describe(node, i));
    ++i;
  }
  return layers;
}

int64_t total_macs(const std::vector<AnalogLayer>& layers) {
  int64_t macs = 0;
  for (const AnalogLayer& layer : layers) macs += layer.macs();
  return macs;
}

}  // namespace dpac
