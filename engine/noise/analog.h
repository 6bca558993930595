/// @file
/// The analog operations of a graph: what noise and energy are counted on.
#pragma once

#include <string>
#include <vector>

#include "engine/graph/fused_graph.h"

namespace dpac {

/// An operation with a dot product, and its size for one sample (docs/model.md section 1). Where sequences
/// differ in length, sizes are means over them (FusedGraph::lengths), rounded.
struct AnalogLayer {
  std::string name;
  std::string op;            ///< "convolution", "linear" or "attention".
  int node = 0;              ///< Position in FusedGraph::nodes.
  int64_t dot_length = 0;    ///< D.
  int64_t outputs = 0;       ///< N.
  int64_t macs = 0;          ///< D N.
  int64_t out_channels = 0;  ///< How many energies it may have: one, for a product of attention.
  int64_t parameters = 0;    ///< Weights and bias, BatchNorm folded.
  bool has_weights = true;   ///< A product of attention has none, and no energy under weight noise.
};

/// In graph order. A layer's position here is `layer` in its noise key.
std::vector<AnalogLayer> analog_layers(const FusedGraph& graph);
std::vector<AnalogLayer> analog_layers(const Graph& graph);

int64_t total_macs(const std::vector<AnalogLayer>& layers);

}  // namespace dpac
