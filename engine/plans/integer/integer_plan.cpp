#include "engine/plans/integer/integer_plan.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/ops/digital_ops.h"
#include "engine/plans/integer/integer_worker.h"
#include "engine/plans/memory_plan.h"
#include "kernels/noise_key.h"

namespace dpac {
namespace {

constexpr int64_t kMostLevels = 256;
constexpr float kFarthestLow = 1 << 22;  // Of what the kernels take.

int64_t padded(int64_t channels) {
  return (channels + kChannelGroup - 1) / kChannelGroup * kChannelGroup;
}

bool is_input(const FusedNode& node) {
  return std::holds_alternative<InputOp>(node.op);
}

/// Channels of the codes: images are not padded.
int64_t code_channels(const FusedNode& node) {
  return is_input(node) ? node.shape().channels : padded(node.shape().channels);
}

/// Whether the integer plan has it.
bool suits_integers(const FusedNode& node) {
  const bool bare = node.activation == Activation::none || node.activation == Activation::relu;
  return has_integers(node) && groups_of(node) == 1 && bare;
}

/// Whether the codes fit a byte, zeros beyond the last channel included.
bool fits_byte(const FusedNode& node, const std::optional<Quantizer>& quantizer) {
  if (!quantizer) return false;
  const bool has_padding = code_channels(node) != node.shape().channels;
  const bool holds_zero = quantizer->low <= 0 && quantizer->high >= 0;
  const bool near_zero = std::abs(quantizer->low) < kFarthestLow;
  return quantizer->high - quantizer->low < kMostLevels && near_zero && (holds_zero || !has_padding);
}

bool fits_bytes(const FusedNode& node, const NodeQuantizers& quantizers) {
  if (node.residual != kNone && !fits_byte(node, quantizers.result)) return false;
  return grid_of(node) == Grid::of_inputs || fits_byte(node, quantizers.output);
}

double largest_code(const Quantizer& q) {
  return static_cast<double>(std::max(std::abs(q.low), std::abs(q.high)));
}

/// Bounds the codes of a node's weights; infinite where a channel has several values but no codes.
double largest_weight_code(const std::vector<ValueRange>& channels, double bits) {
  double largest = 1;
  for (const ValueRange& range : channels) {
    const Quantizer quantizer = weight_quantizer(range, bits);
    if (quantizer.is_identity() && range.min != range.max) return std::numeric_limits<double>::infinity();
    largest = std::max(largest, largest_code(quantizer));
  }
  return largest;
}

/// Whether no sum in the product and in its epilogue can leave int32: sums of x w' and offset * sum x, where
/// |w'| and |offset| are at most largest + 128.
bool fits_accumulator(const FusedNode& node, const Quantizer& input, double weight_code) {
  constexpr double kLargestByte = 255;
  const double x = std::max(largest_code(input), kLargestByte);
  const double terms = static_cast<double>(dot_length_of(analog_weights(node)));
  return terms * x * (weight_code + 128) < std::numeric_limits<int32_t>::max();
}

/// Codes w of one channel's weights and their scale; a channel of one value v has the code 1 and the scale v.
struct ChannelCodes {
  std::vector<int32_t> codes;
  float scale = 0;
};

ChannelCodes codes_of(std::span<const float> weights, double bits) {
  const Quantizer quantizer = weight_quantizer(range_of(weights), bits);
  if (quantizer.is_identity()) return {std::vector<int32_t>(weights.size(), 1), weights.front()};
  ChannelCodes channel{{}, quantizer.scale};
  for (const float w : weights) channel.codes.push_back(weight_code(quantizer, w));
  return channel;
}

/// What has to be subtracted for the codes to lie in int8; 0 where they do already.
int32_t offset_of(const std::vector<int32_t>& codes) {
  const auto [low, high] = std::minmax_element(codes.begin(), codes.end());
  if (*low >= -128 && *high <= 127) return 0;
  return *low + 128;
}

/// The quantiser of what each node passes on.
std::vector<Quantizer> value_quantizers(const FusedGraph& graph,
                                        const std::vector<NodeQuantizers>& quantizers) {
  std::vector<Quantizer> values;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const NodeQuantizers& own = quantizers[n];
    const bool passes_on = !own.result && !own.output;
    values.push_back(passes_on && graph.nodes[n].input() != kNone
                         ? values[static_cast<std::size_t>(graph.nodes[n].input())]
                         : own.result.value_or(own.output.value_or(Quantizer{})));
  }
  return values;
}

NodeIntegerWeights convert(const FusedGraph& graph, const FusedNode& node, double bits) {
  const Tensor& weights = analog_weights(node);
  const int64_t in = input_shape(graph, node).channels, out = weights.dim(0);
  const int64_t in_codes = code_channels(graph.nodes[static_cast<std::size_t>(node.input())]),
                out_codes = padded(out);
  const int64_t area = dot_length_of(weights) / in, row = in * area;
  NodeIntegerWeights result;
  result.codes.assign(static_cast<std::size_t>(out_codes * in_codes * area), 0);
  result.scales.assign(static_cast<std::size_t>(out_codes), 0.0f);
  result.offsets.assign(static_cast<std::size_t>(out_codes), 0);
  result.bias.assign(static_cast<std::size_t>(out_codes), 0.0f);
  std::copy_n(product_of(node).bias.begin(), out, result.bias.begin());
  for (int64_t c = 0; c < out; ++c) {
    const auto channel = static_cast<std::size_t>(c);
    const auto [codes, scale] = codes_of(
        weights.values().subspan(static_cast<std::size_t>(c * row), static_cast<std::size_t>(row)), bits);
    const int32_t offset = offset_of(codes);
    const auto to_int8 = [offset](int32_t code) { return static_cast<int8_t>(code - offset); };
    std::transform(codes.begin(), codes.end(), result.codes.begin() + c * in_codes * area, to_int8);
    result.scales[channel] = scale;
    result.offsets[channel] = offset;
  }
  result.packed.emplace(result.codes);
  return result;
}

}  // namespace

IntegerMap integer_map(const FusedNode& node) {
  return {code_channels(node), node.shape().pixels()};
}

BlockedMap integer_layout(const FusedNode& node) {
  return {node.shape().channels, node.shape().pixels(), static_cast<int>(padded(node.shape().channels))};
}

std::vector<NodeIntegerWeights> integer_weights(const FusedGraph& graph, double bits) {
  std::vector<NodeIntegerWeights> weights;
  for (const FusedNode& node : graph.nodes) {
    weights.push_back(is_analog(node) ? convert(graph, node, bits) : NodeIntegerWeights{});
  }
  return weights;
}

bool suits_integers(const FusedGraph& graph, const Quantization& quantization,
                    const std::vector<NodeQuantizers>& quantizers) {
  if (!onednn::exact_integer_products() || !quantization.weight_bits || graph.reads_text()) return false;
  if (levels_of(*quantization.weight_bits) > kMostLevels) return false;
  const auto ranges = weight_ranges(graph);
  const std::vector<Quantizer> values = value_quantizers(graph, quantizers);
  for (std::size_t n = 0, layer = 0; n < graph.nodes.size(); ++n) {
    const FusedNode& node = graph.nodes[n];
    if (!suits_integers(node) || !fits_bytes(node, quantizers[n])) return false;
    if (!is_analog(node)) continue;
    const double weight_code = largest_weight_code(ranges[layer++], *quantization.weight_bits);
    if (!fits_accumulator(node, values[static_cast<std::size_t>(node.input())], weight_code)) return false;
  }
  return true;
}

IntegerPlan::IntegerPlan(const FusedGraph& graph, const std::vector<NodeIntegerWeights>& weights,
                         const std::vector<NodeQuantizers>& quantizers, const IntegerPlanOptions& options)
    : graph_(graph),
      weights_(weights),
      quantizers_(quantizers),
      options_(options),
      steps_(graph.nodes.size()) {
  const std::vector<Quantizer> values = value_quantizers(graph, quantizers);
  for (std::size_t n = 0; n < steps_.size(); ++n) {
    steps_[n].quantizer = values[n];
    make_step(n);
  }
  place_values();
  size_.norms = patch_scratch_size(graph, options_.threads);
}

void IntegerPlan::make_step(std::size_t n) {
  const FusedNode& node = graph_.nodes[n];
  Step& step = steps_[n];
  if (is_analog(node)) make_product(n);
  if (is_digital(node)) {
    step.digital = IntegerMaps{{}, value(n), options_.samples};
    for (const int from : node.inputs) step.digital->in.push_back(value(static_cast<std::size_t>(from)));
    step.primitive = compile_digital_integer(node, *step.digital, {options_.threads});
  }
  size_.scratchpad = std::max(size_.scratchpad, step.primitive.scratchpad_size());
}

IntegerValue IntegerPlan::value(std::size_t n) const {
  return {graph_.nodes[n].shape(), integer_map(graph_.nodes[n]), steps_[n].quantizer};
}

void IntegerPlan::make_product(std::size_t n) {
  const FusedNode& node = graph_.nodes[n];
  const auto from = static_cast<std::size_t>(node.input());
  Step& step = steps_[n];
  const Quantizer& input = steps_[from].quantizer;
  for (const float scale : weights_[n].scales) step.alpha.push_back(input.scale * scale);
  onednn::ConvolutionSpec spec;
  spec.name = node.name;
  spec.batch = options_.samples;
  spec.in = input_shape(graph_, node);
  spec.in.channels = code_channels(graph_.nodes[from]);
  spec.out = node.shape();
  spec.out.channels = padded(node.shape().channels);
  spec.geometry = product_of(node).geometry;
  step.primitive = onednn::make_integer_convolution(spec, -static_cast<int32_t>(input.low),
                                                    *weights_[n].packed, options_.threads);
}

void IntegerPlan::place_values() {
  constexpr int64_t kCodesPerFloat = sizeof(float);
  struct Place {
    std::size_t value = 0, acc = 0;
    std::optional<std::size_t> sums;
  };
  std::vector<Place> places(steps_.size());
  LifetimeTable table(static_cast<int>(first_analog(graph_)), static_cast<int>(steps_.size()) - 1);
  for (std::size_t n = 0; n < steps_.size(); ++n) {
    const FusedNode& node = graph_.nodes[n];
    const int now = static_cast<int>(n);
    for (const int read : node.inputs) table.use(places[static_cast<std::size_t>(read)].value, now);
    if (node.residual != kNone) table.use(places[static_cast<std::size_t>(node.residual)].value, now);
    const int64_t size = options_.samples * integer_map(node).size();
    places[n].value = table.add((size + kCodesPerFloat - 1) / kCodesPerFloat, now);
    if (!is_analog(node)) continue;
    places[n].acc = table.add(size, now);
    table.use(places[n].acc, now);
    Place& from = places[static_cast<std::size_t>(node.input())];
    if (!from.sums)
      from.sums = table.add(options_.samples * input_shape(graph_, node).pixels(), node.input());
    table.use(*from.sums, now);
  }
  const MemoryPlan memory = plan_memory(table.lifetimes());
  for (std::size_t n = 0; n < steps_.size(); ++n) {
    steps_[n].value = memory.offsets[places[n].value];
    steps_[n].acc = memory.offsets[places[n].acc];
    if (places[n].sums) steps_[n].sums = memory.offsets[*places[n].sums];
  }
  size_.arena = memory.size;
}

std::unique_ptr<Worker> IntegerPlan::make_worker(const Workspace& workspace) const {
  return std::make_unique<IntegerWorker>(*this, workspace);
}

}  // namespace dpac
