/// @file
/// The noise a compiled network currently runs with; read by all of its workers.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/shot_noise.h"

namespace dpac {

struct NoiseState {
  uint64_t seed = 0;
  std::vector<ShotNoise> layers;  ///< One per analog layer; empty where products are fused.
};

}  // namespace dpac
