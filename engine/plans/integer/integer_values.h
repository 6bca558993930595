/// @file
/// Values and quantisers of a graph in bytes.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/graph/fused_graph.h"
#include "engine/noise/quantizers.h"
#include "kernels/integer_map.h"

namespace dpac {

/// Channels of a node's codes: padded to whole groups of 16, but for images.
int64_t code_channels(const FusedNode& node);

/// The layout of a node's codes.
IntegerMap integer_map(const FusedNode& node);

/// The same as one block of padded channels: for kernels that number noise elements.
BlockedMap integer_layout(const FusedNode& node);

/// The quantiser of what each node passes on. A node on the grids of several inputs has one that spans them
/// all, with as many levels as the finest of them: bytes of one map share a grid.
std::vector<Quantizer> value_quantizers(const FusedGraph& graph,
                                        const std::vector<NodeQuantizers>& quantizers);

/// Whether the graph can run in integers here: at most 8 bits everywhere, no sum that could overflow, of
/// squares neither where there are `norms` of patches, and a machine on which oneDNN's products are exact.
bool suits_integers(const FusedGraph& graph, const Quantization& quantization,
                    const std::vector<NodeQuantizers>& quantizers, bool norms);

}  // namespace dpac
