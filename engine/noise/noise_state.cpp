#include "engine/noise/noise_state.h"

#include <array>
#include <cassert>

#include "engine/graph/fused_graph.h"
#include "engine/noise/noise_models.h"

namespace dpac {
namespace {

/// Of all layers; those that no noise follows are points.
std::vector<CalibratedRanges> ranges_of_layers(const NoiseSetting& setting, NoiseKind kind) {
  const NoiseTraits traits = noise_traits(kind);
  std::vector<CalibratedRanges> ranges(setting.layers.size());
  if (!traits.needs_ranges) return ranges;
  const std::vector<ValueRange> values = value_ranges(setting.graph, setting.ranges);
  const std::vector<ValueRange> outputs = traits.needs_outputs ? output_ranges(setting.graph, setting.ranges)
                                                               : std::vector<ValueRange>(ranges.size());
  for (std::size_t l = 0; l < ranges.size(); ++l) {
    const FusedNode& node = setting.graph.nodes[static_cast<std::size_t>(setting.layers[l].node)];
    ranges[l].input = values[static_cast<std::size_t>(node.input())];
    if (node.second() != kNone) ranges[l].second = values[static_cast<std::size_t>(node.second())];
    ranges[l].output = outputs[l];
  }
  return ranges;
}

}  // namespace

std::vector<LayerNoise> layer_noises(const NoiseSetting& setting, NoiseKind kind,
                                     const std::function<BlockedMap(const FusedNode&)>& layout_of) {
  const std::vector<CalibratedRanges> ranges = ranges_of_layers(setting, kind);
  std::vector<LayerNoise> noises;
  for (std::size_t l = 0; l < setting.layers.size(); ++l) {
    const FusedNode& node = setting.graph.nodes[static_cast<std::size_t>(setting.layers[l].node)];
    if (has_weights(node)) {
      noises.emplace_back(setting.graph, node, layout_of(node), kind, setting.weights[l], ranges[l]);
    } else {
      noises.push_back(LayerNoise::attention(kind, ranges[l]));
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
