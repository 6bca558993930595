#include "engine/noise/quantizers.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include <fmt/format.h>

#include "engine/ops/digital_ops.h"
#include "kernels/error.h"

namespace dpac {
namespace {

void check_ranges(const FusedGraph& graph, const Ranges& ranges) {
  const auto tensors = calibrated_tensors(graph);
  const std::size_t quantised = quantized_tensors(graph).size();
  if (ranges.size() != quantised && ranges.size() != tensors.size()) {
    throw Error(fmt::format("ranges of {} tensors were given, but the network has {} quantised tensors",
                            ranges.size(), quantised));
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

std::vector<NodeQuantizers> node_quantizers(const FusedGraph& graph, const Quantization& quantization) {
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
      case Role::pre_activation:
        assert(false);
        break;
    }
  }
  return quantizers;
}

std::vector<ValueRange> value_ranges(const FusedGraph& graph, const Ranges& ranges) {
  check_ranges(graph, ranges);
  std::vector<ValueRange> values(graph.nodes.size());
  for (std::size_t t = 0; const QuantizedTensor& tensor : quantized_tensors(graph)) {
    values[static_cast<std::size_t>(tensor.node)] = ranges[t++];  // What is made of an output comes after it.
  }
  for (std::size_t n = 0; n < values.size(); ++n) {
    const FusedNode& node = graph.nodes[n];
    if (grid_of(node) == Grid::own) continue;
    values[n] = values[static_cast<std::size_t>(node.input())];
    for (const int from : node.inputs) values[n].join(values[static_cast<std::size_t>(from)]);
  }
  return values;
}

std::vector<ValueRange> output_ranges(const FusedGraph& graph, const Ranges& ranges) {
  using Role = QuantizedTensor::Role;
  check_ranges(graph, ranges);
  const auto tensors = calibrated_tensors(graph);
  if (ranges.size() != tensors.size()) {
    throw Error(fmt::format("there is no range of '{}', which output noise needs: calibrate once more",
                            tensors.back().name));
  }
  std::vector<ValueRange> by_node(graph.nodes.size());
  for (std::size_t t = 0; const QuantizedTensor& tensor : tensors) {  // Those before a ReLU come last.
    const ValueRange& range = ranges[t++];
    if (tensor.role == Role::output || tensor.role == Role::pre_activation)
      by_node[static_cast<std::size_t>(tensor.node)] = range;
  }
  std::vector<ValueRange> outputs;
  for (std::size_t n = 0; n < by_node.size(); ++n) {
    if (is_analog(graph.nodes[n])) outputs.push_back(by_node[n]);
  }
  return outputs;
}

std::vector<std::vector<ValueRange>> weight_ranges(const FusedGraph& graph) {
  std::vector<std::vector<ValueRange>> ranges;
  for (const FusedNode& node : graph.nodes) {
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

SharedTensor quantized_rows(const Tensor& original, const std::vector<ValueRange>& ranges, double bits) {
  Tensor weights(original.shape(), original.values());
  const auto row = static_cast<std::size_t>(dot_length_of(weights));
  for (std::size_t c = 0; c < ranges.size(); ++c) {
    const Quantizer quantizer = weight_quantizer(ranges[c], bits);
    if (quantizer.is_identity()) continue;
    for (float& w : weights.values().subspan(c * row, row)) {
      w = quantizer.scale * static_cast<float>(weight_code(quantizer, w));
    }
  }
  return share(std::move(weights));
}

}  // namespace

void quantize_weights(FusedGraph& graph, double bits) {
  const auto ranges = weight_ranges(graph);
  for (std::size_t layer = 0; FusedNode & node : graph.nodes) {
    if (has_weights(node))
      set_analog_weights(node, quantized_rows(analog_weights(node), ranges[layer], bits));
    if (is_analog(node)) ++layer;
  }
}

}  // namespace dpac
