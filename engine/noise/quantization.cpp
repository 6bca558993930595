#include "engine/noise/quantization.h"

#include "engine/graph/fuse.h"
#include "engine/graph/fused_graph.h"
#include "engine/noise/analog.h"
#include "engine/ops/digital_ops.h"

namespace dpac {
namespace {

/// Whether the node is digital arithmetic whose output has a quantiser.
bool is_quantised_arithmetic(const FusedNode& node) {
  return !is_analog(node) && !std::holds_alternative<InputOp>(node.op) && grid_of(node) == Grid::own;
}

}  // namespace

std::vector<QuantizedTensor> quantized_tensors(const FusedGraph& graph) {
  using Role = QuantizedTensor::Role;
  std::vector<QuantizedTensor> tensors;
  for (int n = 0; const FusedNode& node : graph.nodes) {
    if (std::holds_alternative<InputOp>(node.op)) tensors.push_back({node.name, n, Role::input});
    if (is_quantised_arithmetic(node)) tensors.push_back({node.name, n, Role::digital});
    if (is_analog(node)) tensors.push_back({node.name, n, Role::output});
    if (std::holds_alternative<AttentionScoresOp>(node.op)) {
      tensors.push_back({node.name + ".scaled", n, Role::scaled});
    }
    if (!node.result.empty()) tensors.push_back({node.result, n, Role::result});
    ++n;
  }
  return tensors;
}

std::vector<QuantizedTensor> quantized_tensors(const Graph& graph) {
  return quantized_tensors(fuse(graph));
}

std::vector<QuantizedTensor> calibrated_tensors(const FusedGraph& graph) {
  std::vector<QuantizedTensor> tensors = quantized_tensors(graph);
  for (int n = 0; const FusedNode& node : graph.nodes) {
    if (is_analog(node) && node.activation != Activation::none && !is_smooth(node.activation)) {
      tensors.push_back({node.name + ".pre_activation", n, QuantizedTensor::Role::pre_activation});
    }
    ++n;
  }
  return tensors;
}

std::vector<QuantizedTensor> calibrated_tensors(const Graph& graph) {
  return calibrated_tensors(fuse(graph));
}

}  // namespace dpac
