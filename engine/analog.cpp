#include "engine/analog.h"

namespace dpac {
namespace {

AnalogLayer describe(const Node& node, int position, const char* op, const Tensor& weights) {
  AnalogLayer layer;
  layer.name = node.name;
  layer.op = op;
  layer.node = position;
  layer.out_channels = weights.dim(0);
  layer.dot_length = element_count(weights.shape()) / weights.dim(0);
  layer.outputs = node.shape.channels * node.shape.pixels();
  layer.parameters = element_count(weights.shape()) + weights.dim(0);
  return layer;
}

}  // namespace

std::vector<AnalogLayer> analog_layers(const Graph& graph) {
  std::vector<AnalogLayer> layers;
  for (int i = 0; const Node& node : graph.nodes) {
    if (const auto* convolution = std::get_if<ConvolutionOp>(&node.op)) {
      layers.push_back(describe(node, i, "convolution", convolution->weights));
    } else if (const auto* linear = std::get_if<LinearOp>(&node.op)) {
      layers.push_back(describe(node, i, "linear", linear->weights));
    }
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
