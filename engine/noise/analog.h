/// @file
/// The analog operations of a graph: what noise and energy are counted on.
#pragma once

#include <vector>

#include "engine/graph/graph.h"
#include "engine/ops/analog/analog.h"
#include "kernels/api.h"

namespace dpac {

struct FusedGraph;

/// In graph order. A layer's position here is `layer` in its noise key.
std::vector<AnalogLayer> analog_layers(const FusedGraph& graph);
DPAC_API std::vector<AnalogLayer> analog_layers(const Graph& graph);

DPAC_API int64_t total_macs(const std::vector<AnalogLayer>& layers);

}  // namespace dpac
