/// @file
/// The noise a compiled network currently runs with; read by all of its workers.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "engine/graph/fused_graph.h"
#include "engine/noise/analog.h"
#include "engine/noise/layer_noise.h"
#include "engine/noise/noise_config.h"
#include "engine/noise/quantizers.h"

namespace dpac {

/// One configuration: a seed, and energies turned into gains.
struct NoisePoint {
  uint64_t seed = 0;
  uint32_t step = 0;                                     ///< 0 outside learning.
  std::shared_ptr<const std::vector<LayerGains>> gains;  ///< One per analog layer; null for silence.
};

struct NoiseState {
  NoiseKind kind = NoiseKind::none;
  std::vector<LayerNoise> layers;  ///< One per analog layer; empty where products are fused.
  std::vector<NoisePoint> points;  ///< At least one.
};

/// What the noise of a network's layers is made from.
struct NoiseSetting {
  const FusedGraph& graph;
  const std::vector<AnalogLayer>& layers;
  const std::vector<std::vector<ValueRange>>& weights;  ///< weight_ranges().
  const Ranges& ranges;                                 ///< Of tensors, for noises that follow them.
};

/// `layout_of` gives the layout of a node's output.
std::vector<LayerNoise> layer_noises(const NoiseSetting& setting, NoiseKind kind,
                                     const std::function<BlockedMap(const FusedNode&)>& layout_of);

/// One per layer; null without noise. The configuration is one that check_noise() accepts.
std::shared_ptr<const std::vector<LayerGains>> layer_gains(std::span<const LayerNoise> layers,
                                                           const NoiseConfig& config);

}  // namespace dpac
