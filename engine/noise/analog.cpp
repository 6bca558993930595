#include "engine/noise/analog.h"

#include "engine/graph/fuse.h"
#include "engine/graph/fused_graph.h"

namespace dpac {

std::vector<AnalogLayer> analog_layers(const FusedGraph& graph) {
  std::vector<AnalogLayer> layers;
  for (int n = 0; const FusedNode& node : graph.nodes) {
    if (is_analog(node)) {
      layers.push_back({.name = node.name, .op = {}, .node = n});
      measure(graph, node, layers.back());
    }
    ++n;
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
