/// @file
/// The quantisers of a network's values and weights (docs/model.md section 3).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/graph/fused_graph.h"
#include "engine/noise/quantization.h"
#include "kernels/quantizer.h"
#include "kernels/value_range.h"

namespace dpac {

/// The quantisers of one node; unset where a tensor is left as it is.
struct NodeQuantizers {
  std::optional<Quantizer> output;  ///< Of the node's own output.
  std::optional<Quantizer> scaled;  ///< Attention scores: of what softmax reads.
  std::optional<Quantizer> result;  ///< Of the residual sum, smooth activation or softmax.
};

/// One entry per node. @throws Error if ranges or levels do not fit the graph.
std::vector<NodeQuantizers> node_quantizers(const FusedGraph& graph, const Quantization& quantization);

/// The range of what each node passes on: that of its last quantiser, or of a node that stays on the grids of
/// its inputs the union of theirs. @throws Error if ranges do not fit the graph.
std::vector<ValueRange> value_ranges(const FusedGraph& graph, const Ranges& ranges);

/// The range of each analog layer's output before its activation. @throws Error if ranges do not fit the
/// graph, or leave out those before a ReLU.
std::vector<ValueRange> output_ranges(const FusedGraph& graph, const Ranges& ranges);

/// Smallest and largest weight of each output channel; one entry per analog layer, empty without weights.
std::vector<std::vector<ValueRange>> weight_ranges(const FusedGraph& graph);

/// The quantiser of a channel's weights.
Quantizer weight_quantizer(const ValueRange& range, double bits);

/// Code of a weight, in double precision.
int32_t weight_code(const Quantizer& quantizer, float weight);

/// Replaces the weights of every analog operation by Q(W), with the graph's own weight_ranges().
void quantize_weights(FusedGraph& graph, double bits);

}  // namespace dpac
