/// @file
/// The analog operations of a graph: what noise and energy are counted on.
#pragma once

#include <vector>

#include "engine/graph/fused_graph.h"
#include "engine/ops/analog/analog.h"

namespace dpac {

/// In graph order. A layer's position here is `layer` in its noise key.
std::vector<AnalogLayer> analog_layers(const FusedGraph& graph);
std::vector<AnalogLayer> analog_layers(const Graph& graph);

int64_t total_macs(const std::vector<AnalogLayer>& layers);

}  // namespace dpac
