/// @file
/// The noise a compiled network currently runs with; read by all of its workers.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/layer_noise.h"

namespace dpac {

/// One configuration: a seed, and energies turned into gains.
struct NoisePoint {
  uint64_t seed = 0;
  std::shared_ptr<const std::vector<LayerGains>> gains;  ///< One per analog layer; null for silence.
};

struct NoiseState {
  NoiseKind kind = NoiseKind::none;
  std::vector<LayerNoise> layers;  ///< One per analog layer; empty where products are fused.
  std::vector<NoisePoint> points;  ///< At least one.
};

}  // namespace dpac
