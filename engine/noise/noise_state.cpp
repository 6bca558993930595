#include "engine/noise/noise_state.h"

#include <array>
#include <cassert>
#include <cmath>

#include "engine/graph/fused_graph.h"
#include "engine/noise/noise_models.h"

namespace dpac {
namespace {

LayerNoise layer_noise(const NoiseSetting& setting, NoiseKind kind, const FusedNode& node,
                       const BlockedMap& map, const std::vector<ValueRange>& weights,
                       const ValueRange& input) {
  switch (kind) {
    case NoiseKind::shot:
      return LayerNoise::shot(setting.graph, node, map);
    case NoiseKind::thermal:
      return LayerNoise::thermal(setting.graph, node, map, weights, input);
    case NoiseKind::weight:
      return LayerNoise::weight(setting.graph, node, map, weights);
    case NoiseKind::none:
      break;
  }
  return LayerNoise::silent(setting.graph, node, map);
}

/// Q K^T has the same D for every sequence; P V's is its number of tokens, which is left to the run.
LayerNoise attention_noise(const NoiseSetting& setting, NoiseKind kind, const FusedNode& node,
                           const ValueRange& a, const ValueRange& b) {
  const auto* scores = std::get_if<AttentionScoresOp>(&node.op);
  const int64_t fixed = scores == nullptr ? 1 : input_shape(setting.graph, node).channels / scores->heads;
  const double root = std::sqrt(static_cast<double>(fixed));
  if (kind == NoiseKind::shot) return LayerNoise::attention(1 / root);
  if (kind == NoiseKind::thermal) {
    return LayerNoise::attention(root * static_cast<double>(a.width()) * static_cast<double>(b.width()));
  }
  return LayerNoise::attention(0);
}

double sigma_of(const NoiseConfig& config) {
  const auto sigma = noise_model(config.kind).sigma;
  return sigma == nullptr ? 1.0 : config.*sigma;
}

}  // namespace

std::vector<LayerNoise> layer_noises(const NoiseSetting& setting, NoiseKind kind,
                                     const std::function<BlockedMap(const FusedNode&)>& layout_of) {
  const std::vector<ValueRange> inputs = noise_model(kind).needs_ranges
                                             ? value_ranges(setting.graph, setting.ranges)
                                             : std::vector<ValueRange>(setting.graph.nodes.size());
  std::vector<LayerNoise> noises;
  for (std::size_t l = 0; l < setting.layers.size(); ++l) {
    const FusedNode& node = setting.graph.nodes[static_cast<std::size_t>(setting.layers[l].node)];
    const ValueRange& input = inputs[static_cast<std::size_t>(node.input())];
    if (has_weights(node)) {
      noises.push_back(layer_noise(setting, kind, node, layout_of(node), setting.weights[l], input));
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
    const double sigma = sigma_of(config) * layers[l].with_dot_length(config.dot_length);
    gains.push_back(layers[l].gains(config.energies[l], repeats, sigma));
  }
  return std::make_shared<const std::vector<LayerGains>>(std::move(gains));
}

}  // namespace dpac
