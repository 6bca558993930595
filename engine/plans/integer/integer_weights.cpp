#include "engine/plans/integer/integer_weights.h"

#include <algorithm>

#include "engine/noise/quantizers.h"
#include "engine/plans/integer/integer_values.h"
#include "engine/plans/weights/grouped_weights.h"
#include "kernels/noise_key.h"

namespace dpac {
namespace {

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

/// A product of neighbouring groups of a node's, as one.
struct Merging {
  Merging(const FusedGraph& graph, const FusedNode& node) {
    const Tensor& weights = analog_weights(node);
    const int64_t plain_groups = groups_of(node), in = input_shape(graph, node).channels;
    own_in = in / plain_groups;
    own_out = weights.dim(0) / plain_groups;
    area = dot_length_of(weights) / own_in;
    merged = merged_groups(plain_groups, own_in, own_out, kChannelGroup);
    groups = plain_groups / merged;
    const auto from = static_cast<std::size_t>(node.input());
    in_codes = groups == 1 ? code_channels(graph.nodes[from]) : merged * own_in;
  }

  int64_t own_in = 1, own_out = 1;  ///< Channels of one of the node's groups.
  int64_t area = 1;                 ///< Taps of a kernel.
  int64_t merged = 1;               ///< Groups of the node in one of the product's,
  int64_t groups = 1;               ///< which has so many,
  int64_t in_codes = 1;             ///< with so many channels each.
};

class Conversion {
 public:
  Conversion(const FusedGraph& graph, const FusedNode& node, double bits)
      : node_(node), weights_(analog_weights(node)), bits_(bits), merging_(graph, node) {}

  NodeIntegerWeights run() {
    const auto out = static_cast<std::size_t>(code_channels(node_));
    result_.scales.assign(out, 0.0f);
    result_.offsets.assign(out, 0);
    result_.bias.assign(out, 0.0f);
    const auto bias = product_of(node_).bias;
    std::copy(bias.begin(), bias.end(), result_.bias.begin());
    if (is_depthwise(node_)) {
      result_.depthwise.assign(out * static_cast<std::size_t>(merging_.area), 0);
    } else {
      result_.groups = merging_.groups;
      result_.codes.assign(out * static_cast<std::size_t>(merging_.in_codes * merging_.area), 0);
    }
    for (int64_t c = 0; c < weights_.dim(0); ++c) convert(c);
    if (!result_.is_depthwise()) result_.packed.emplace(result_.codes);
    return std::move(result_);
  }

 private:
  void convert(int64_t c) {
    const auto channel = static_cast<std::size_t>(c);
    const auto row = static_cast<std::size_t>(dot_length_of(weights_));
    const auto [codes, scale] = codes_of(weights_.values().subspan(channel * row, row), bits_);
    result_.scales[channel] = scale;
    if (result_.is_depthwise()) {
      for (std::size_t tap = 0; tap < row; ++tap) {
        result_.depthwise[tap * result_.scales.size() + channel] = codes[tap];
      }
      return;
    }
    const int32_t offset = offset_of(codes);
    result_.offsets[channel] = offset;
    const auto to_int8 = [offset](int32_t code) { return static_cast<int8_t>(code - offset); };
    const int64_t size = merging_.in_codes * merging_.area;
    const auto begin = result_.codes.begin() + c * size;
    const int64_t first = c / merging_.own_out % merging_.merged * merging_.own_in * merging_.area;
    std::transform(codes.begin(), codes.end(), begin + first, to_int8);
  }

  const FusedNode& node_;
  const Tensor& weights_;
  const double bits_;
  const Merging merging_;
  NodeIntegerWeights result_;
};

}  // namespace

std::vector<NodeIntegerWeights> integer_weights(const FusedGraph& graph, double bits) {
  std::vector<NodeIntegerWeights> weights;
  for (const FusedNode& node : graph.nodes) {
    weights.push_back(is_analog(node) ? Conversion(graph, node, bits).run() : NodeIntegerWeights{});
  }
  return weights;
}

}  // namespace dpac
