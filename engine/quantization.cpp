#include "engine/quantization.h"

#include <cmath>

#include <fmt/format.h>

#include "engine/analog.h"
#include "kernels/error.h"

namespace dpac {
namespace {

/// "layer1.0" of "layer1.0.conv3": what is made of a convolution's output is the module's around it.
std::string parent_module(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string::npos ? name + ".sum" : name.substr(0, dot);
}

bool is_first_token(const Node& node) {
  const auto* pool = std::get_if<TokenPoolOp>(&node.op);
  return pool != nullptr && pool->kind == TokenPoolOp::Kind::first;
}

/// Whether the node stays on the grid of its input.
bool passes_on(const Node& node) {
  return std::holds_alternative<MaxPoolOp>(node.op) || std::holds_alternative<SubsampleOp>(node.op) ||
         is_first_token(node);
}

/// Whether the node is digital arithmetic whose output has a quantiser.
bool is_digital(const Node& node) {
  return !is_analog(node) && !std::holds_alternative<InputOp>(node.op) && !passes_on(node);
}

/// Whether a node passes on something else than its analog operation's output.
bool has_result(const Node& node) {
  return node.residual != kNone || is_smooth(node.activation);
}

void check_ranges(const Graph& graph, const Ranges& ranges) {
  const auto tensors = quantized_tensors(graph);
  if (ranges.size() != tensors.size()) {
    throw Error(fmt::format("ranges of {} tensors were given, but the network has {} quantised tensors",
                            ranges.size(), tensors.size()));
  }
  for (std::size_t t = 0; t < ranges.size(); ++t) {
    if (std::isfinite(ranges[t].min) && std::isfinite(ranges[t].max) && ranges[t].min <= ranges[t].max)
      continue;
    throw Error(fmt::format("tensor '{}': its range is [{}, {}], expected two finite numbers in order",
                            tensors[t].name, ranges[t].min, ranges[t].max));
  }
}

std::optional<Quantizer> quantizer_of(const ValueRange& range, int64_t levels) {
  if (levels == 0) return std::nullopt;
  const Quantizer quantizer = make_quantizer(range.min, range.max, levels);
  return quantizer.is_identity() ? std::nullopt : std::optional(quantizer);
}

}  // namespace

std::vector<QuantizedTensor> quantized_tensors(const Graph& graph) {
  using Role = QuantizedTensor::Role;
  std::vector<QuantizedTensor> tensors;
  for (int n = 0; const Node& node : graph.nodes) {
    if (std::holds_alternative<InputOp>(node.op)) tensors.push_back({node.name, n, Role::input});
    if (is_digital(node)) tensors.push_back({node.name, n, Role::digital});
    if (is_analog(node)) tensors.push_back({node.name, n, Role::output});
    if (std::holds_alternative<AttentionScoresOp>(node.op)) {
      tensors.push_back({node.name + ".scaled", n, Role::scaled});
      tensors.push_back({parent_module(node.name) + ".softmax", n, Role::result});
    } else if (has_result(node)) {
      tensors.push_back({parent_module(node.name), n, Role::result});
    }
    ++n;
  }
  return tensors;
}

std::vector<NodeQuantizers> node_quantizers(const Graph& graph, const Quantization& quantization) {
  using Role = QuantizedTensor::Role;
  std::vector<NodeQuantizers> quantizers(graph.nodes.size());
  if (!quantization.activation_bits) return quantizers;
  check_ranges(graph, quantization.ranges);
  const int64_t levels = levels_of(*quantization.activation_bits), input_levels = levels_of(kInputBits);
  std::size_t layer = 0;
  for (std::size_t t = 0; const QuantizedTensor& tensor : quantized_tensors(graph)) {
    const ValueRange& range = quantization.ranges[t++];
    NodeQuantizers& node = quantizers[static_cast<std::size_t>(tensor.node)];
    switch (tensor.role) {
      case Role::input:
        node.output = quantizer_of(range, input_levels);
        break;
      case Role::output: {
        const bool own = !quantization.output_levels.empty();
        node.output = quantizer_of(range, own ? quantization.output_levels.at(layer) : levels);
        ++layer;
        break;
      }
      case Role::scaled:
        node.scaled = quantizer_of(range, levels);
        break;
      case Role::result:
        node.result = quantizer_of(range, levels);
        break;
      case Role::digital:
        node.output = quantizer_of(range, levels);
        break;
    }
  }
  return quantizers;
}

std::vector<ValueRange> value_ranges(const Graph& graph, const Ranges& ranges) {
  check_ranges(graph, ranges);
  std::vector<ValueRange> values(graph.nodes.size());
  for (std::size_t t = 0; const QuantizedTensor& tensor : quantized_tensors(graph)) {
    values[static_cast<std::size_t>(tensor.node)] = ranges[t++];  // What is made of an output comes after it.
  }
  for (std::size_t n = 0; n < values.size(); ++n) {
    const Node& node = graph.nodes[n];
    if (passes_on(node)) values[n] = values[static_cast<std::size_t>(node.input)];
  }
  return values;
}

std::vector<std::vector<ValueRange>> weight_ranges(const Graph& graph) {
  std::vector<std::vector<ValueRange>> ranges;
  for (const Node& node : graph.nodes) {
    if (!is_analog(node)) continue;
    if (!has_weights(node)) {
      ranges.emplace_back();
      continue;
    }
    const Tensor& weights = analog_weights(node);
    const auto row = static_cast<std::size_t>(dot_length_of(weights));
    ranges.emplace_back();
    for (std::size_t c = 0; c < static_cast<std::size_t>(weights.dim(0)); ++c) {
      ranges.back().push_back(range_of(weights.values().subspan(c * row, row)));
    }
  }
  return ranges;
}

Quantizer weight_quantizer(const ValueRange& range, double bits) {
  return make_quantizer(range.min, range.max, levels_of(bits));
}

int32_t weight_code(const Quantizer& quantizer, float weight) {
  const double code = std::nearbyint(static_cast<double>(weight) / static_cast<double>(quantizer.scale));
  return static_cast<int32_t>(
      std::clamp(code, static_cast<double>(quantizer.low), static_cast<double>(quantizer.high)));
}

namespace {

void quantize_rows(Tensor& weights, const std::vector<ValueRange>& ranges, double bits) {
  const auto row = static_cast<std::size_t>(dot_length_of(weights));
  for (std::size_t c = 0; c < ranges.size(); ++c) {
    const Quantizer quantizer = weight_quantizer(ranges[c], bits);
    if (quantizer.is_identity()) continue;
    for (float& w : weights.values().subspan(c * row, row)) {
      w = quantizer.scale * static_cast<float>(weight_code(quantizer, w));
    }
  }
}

}  // namespace

void quantize_weights(Graph& graph, double bits) {
  const auto ranges = weight_ranges(graph);
  for (std::size_t layer = 0; Node & node : graph.nodes) {
    if (has_weights(node)) quantize_rows(analog_weights(node), ranges[layer], bits);
    if (is_analog(node)) ++layer;
  }
}

}  // namespace dpac
