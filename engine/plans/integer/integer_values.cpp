#include "engine/plans/integer/integer_values.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/onednn/onednn.h"
#include "engine/ops/digital_ops.h"
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

/// Whether the codes fit a byte, zeros beyond the last channel, around the map or in new channels included.
bool fits_byte(const FusedNode& node, const Quantizer& quantizer) {
  const bool has_padding = code_channels(node) != node.shape().channels ||
                           std::holds_alternative<PadOp>(node.op) ||
                           std::holds_alternative<SubsampleOp>(node.op);
  const bool holds_zero = quantizer.low <= 0 && quantizer.high >= 0;
  const bool near_zero = std::abs(quantizer.low) < kFarthestLow;
  return quantizer.high - quantizer.low < kMostLevels && near_zero && (holds_zero || !has_padding) &&
         !quantizer.is_identity();
}

bool fits_bytes(const FusedNode& node, const NodeQuantizers& own, const Quantizer& value) {
  return fits_byte(node, value) && (!own.output || fits_byte(node, *own.output));
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
  const auto terms = static_cast<double>(dot_length_of(analog_weights(node)));
  return terms * x * (weight_code + 128) < std::numeric_limits<int32_t>::max();
}

/// Whether the sum of a patch's squared codes stays in int32, and each code in the int16 that is squared. Of
/// a depthwise layer every channel has norms of its own, which cost more than integers save.
bool fits_squares(const FusedNode& node, const Quantizer& input) {
  if (groups_of(node) > 1 && groups_of(node) == node.shape().channels) return false;
  const double x = largest_code(input);
  const auto terms = static_cast<double>(dot_length_of(analog_weights(node)));
  return x <= std::numeric_limits<int16_t>::max() && terms * x * x < std::numeric_limits<int32_t>::max();
}

/// One that spans those of all inputs.
Quantizer joined_quantizer(const FusedNode& node, const std::vector<Quantizer>& values) {
  const auto input = [&](int from) -> const Quantizer& { return values[static_cast<std::size_t>(from)]; };
  Quantizer joined = input(node.inputs.front());
  bool same = true;
  float levels = 0;
  ValueRange range;
  for (const int from : node.inputs) {
    const Quantizer& own = input(from);
    same = same && own.scale == joined.scale && own.low == joined.low && own.high == joined.high;
    levels = std::max(levels, own.high - own.low + 1);
    range.join({own.min, own.max});
  }
  if (same || levels > static_cast<float>(kMostLevels)) return joined;
  return make_quantizer(static_cast<double>(range.min), static_cast<double>(range.max),
                        static_cast<int64_t>(levels));
}

}  // namespace

int64_t code_channels(const FusedNode& node) {
  return is_input(node) ? node.shape().channels : padded(node.shape().channels);
}

IntegerMap integer_map(const FusedNode& node) {
  return {code_channels(node), node.shape().pixels()};
}

BlockedMap integer_layout(const FusedNode& node) {
  return {node.shape().channels, node.shape().pixels(), static_cast<int>(padded(node.shape().channels))};
}

std::vector<Quantizer> value_quantizers(const FusedGraph& graph,
                                        const std::vector<NodeQuantizers>& quantizers) {
  std::vector<Quantizer> values;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const NodeQuantizers& own = quantizers[n];
    if (own.result || own.output) {
      values.push_back(own.result ? *own.result : *own.output);
    } else {
      values.push_back(graph.nodes[n].inputs.empty() ? Quantizer{}
                                                     : joined_quantizer(graph.nodes[n], values));
    }
  }
  return values;
}

bool suits_integers(const FusedGraph& graph, const Quantization& quantization,
                    const std::vector<NodeQuantizers>& quantizers, bool norms) {
  if (!onednn::exact_integer_products() || !quantization.weight_bits || !quantization.activation_bits)
    return false;
  if (graph.reads_text() || levels_of(*quantization.weight_bits) > kMostLevels) return false;
  const auto ranges = weight_ranges(graph);
  const std::vector<Quantizer> values = value_quantizers(graph, quantizers);
  for (std::size_t n = 0, layer = 0; n < graph.nodes.size(); ++n) {
    const FusedNode& node = graph.nodes[n];
    if (is_analog(node) && !has_weights(node)) return false;
    if (!fits_bytes(node, quantizers[n], values[n])) return false;
    if (!is_analog(node)) continue;
    const double weight_code = largest_weight_code(ranges[layer++], *quantization.weight_bits);
    const Quantizer& input = values[static_cast<std::size_t>(node.input())];
    if (!fits_accumulator(node, input, weight_code)) return false;
    if (norms && !fits_squares(node, input)) return false;
  }
  return true;
}

}  // namespace dpac
