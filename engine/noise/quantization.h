/// @file
/// Where a network is quantised, and with what (docs/model.md section 3).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/graph/fused_graph.h"
#include "kernels/quantizer.h"
#include "kernels/value_range.h"

namespace dpac {

/// A tensor with an activation quantiser. What only chooses among values stays on the grids of its inputs:
/// max pooling, concatenation, slices, shuffles, parameter-free shortcuts, a ReLU of its own, the first
/// token.
struct QuantizedTensor {
  enum class Role {
    input,    ///< The network's image: "input".
    output,   ///< Of an analog operation, after its ReLU: the module path, "layer1.0.conv1".
    scaled,   ///< Attention scores over the square root of the head size: "...self.qk.scaled".
    result,   ///< What an analog operation passes on, made of its output: a residual sum after its ReLU or a
              ///< smooth activation (the parent's path, "layer1.0"), or softmax ("...self.softmax").
    digital,  ///< Of other arithmetic: sums, products, pools that average, normalisation, embeddings.
  };

  std::string name;
  int node = 0;  ///< Position in FusedGraph::nodes.
  Role role = Role::output;
};

/// In graph order, an operation's output before what is made of it.
std::vector<QuantizedTensor> quantized_tensors(const FusedGraph& graph);
std::vector<QuantizedTensor> quantized_tensors(const Graph& graph);

/// One range per quantized_tensors(), in their order.
using Ranges = std::vector<ValueRange>;

inline constexpr double kInputBits = 8;

struct Quantization {
  std::optional<double> weight_bits = {};  ///< Per output channel; unset: weights as they are.
  std::optional<double> activation_bits =
      {};              ///< Unset: activations as they are. The input always has kInputBits.
  Ranges ranges = {};  ///< Needed for activation_bits and for thermal noise.
  std::vector<int64_t> output_levels =
      {};  ///< Per analog layer, instead of activation_bits; 0 leaves an output as it is.
};

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

/// Smallest and largest weight of each output channel; one entry per analog layer, empty without weights.
std::vector<std::vector<ValueRange>> weight_ranges(const FusedGraph& graph);

/// The quantiser of a channel's weights.
Quantizer weight_quantizer(const ValueRange& range, double bits);

/// Code of a weight, in double precision.
int32_t weight_code(const Quantizer& quantizer, float weight);

/// Replaces the weights of every analog operation by Q(W), with the graph's own weight_ranges().
void quantize_weights(FusedGraph& graph, double bits);

}  // namespace dpac
