/// @file
/// Where a network is quantised, and with what (docs/model.md section 3).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/graph/graph.h"
#include "kernels/api.h"
#include "kernels/value_range.h"

namespace dpac {

struct FusedGraph;

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
    pre_activation,  ///< An analog operation's output before its ReLU: "layer1.0.conv1.pre_activation". It
                     ///< has no quantiser, but noise may follow its range.
  };

  std::string name;
  int node = 0;  ///< Position in FusedGraph::nodes.
  Role role = Role::output;
};

/// In graph order, an operation's output before what is made of it.
std::vector<QuantizedTensor> quantized_tensors(const FusedGraph& graph);
DPAC_API std::vector<QuantizedTensor> quantized_tensors(const Graph& graph);

/// The tensors that calibration finds ranges of: quantized_tensors(), and behind them the output of each
/// analog operation before its ReLU, of those that have one.
std::vector<QuantizedTensor> calibrated_tensors(const FusedGraph& graph);
DPAC_API std::vector<QuantizedTensor> calibrated_tensors(const Graph& graph);

/// One range per calibrated_tensors(), in their order; those before a ReLU may be left out, all of them,
/// where no noise needs them.
using Ranges = std::vector<ValueRange>;

inline constexpr double kInputBits = 8;

struct Quantization {
  std::optional<double> weight_bits = {};  ///< Per output channel; unset: weights as they are.
  std::optional<double> activation_bits =
      {};              ///< Unset: activations as they are. The input always has kInputBits.
  Ranges ranges = {};  ///< Needed for activation_bits, thermal and output noise.
  std::vector<int64_t> output_levels =
      {};  ///< Per analog layer, instead of activation_bits; 0 leaves an output as it is.
};

}  // namespace dpac
