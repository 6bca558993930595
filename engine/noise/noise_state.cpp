#include "engine/noise/noise_state.h"

#include <array>
#include <cassert>

#include "engine/graph/fused_graph.h"
#include "engine/noise/noise_models.h"

namespace dpac {
namespace {

/// Q K^T has the same D for every sequence; P V's is its number of tokens, which is left to the run.
LayerNoise attention_noise(const NoiseSetting& setting, NoiseKind kind, const FusedNode& node,
                           const ValueRange& a, const ValueRange& b) {
  const auto* scores = std::get_if<AttentionScoresOp>(&node.op);
  const int64_t length = scores == nullptr ? 1 : input_shape(setting.graph, node).channels / scores->heads;
  return LayerNoise::attention(kind, length, a, b);
}

}  // namespace

std::vector<LayerNoise> layer_noises(const NoiseSetting& setting, NoiseKind kind,
                                     const std::function<BlockedMap(const FusedNode&)>& layout_of) {
  const std::vector<ValueRange> inputs = noise_traits(kind).needs_ranges
                                             ? value_ranges(setting.graph, setting.ranges)
                                             : std::vector<ValueRange>(setting.graph.nodes.size());
  std::vector<LayerNoise> noises;
  for (std::size_t l = 0; l < setting.layers.size(); ++l) {
    const FusedNode& node = setting.graph.nodes[static_cast<std::size_t>(setting.layers[l].node)];
    const ValueRange& input = inputs[static_cast<std::size_t>(node.input())];
    if (has_weights(node)) {
      noises.emplace_back(setting.graph, node, layout_of(node), kind, setting.weights[l], input);
    } else {
      const ValueRange& second = inputs[static_cast<std::size_t>(node.second())];
      noises.push_back(attention_noise(setting, kind, node, input, second));
    }
  }
  return noises;
}

std::shared_ptr<const std::vector<LayerGains>> layer_gains(std::span<const LayerNoise> layers,
                                                           const NoiseConfig& config) {
  if (config.kind == NoiseKind::none) return nullptr;
  assert(config.energies.size() == layers.size());
  assert(config.repeats.empty() || config.repeats.size() == layers.size());
  constexpr std::array<int32_t, 1> kOnce = {1};
  std::vector<LayerGains> gains;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const std::span<const int32_t> repeats = config.repeats.empty() ? kOnce : std::span(config.repeats[l]);
    gains.push_back(layers[l].gains(config.energies[l], repeats, config));
  }
  return std::make_shared<const std::vector<LayerGains>>(std::move(gains));
}

}  // namespace dpac
