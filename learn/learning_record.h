/// @file
/// Steps of learning: how many there are where nothing else is said, and what each saw (docs/model.md section
/// 6).
#pragma once

#include <cstdint>
#include <optional>

namespace dpac {

inline constexpr int64_t kLearningBatch = 32, kLearningSteps = 1500;
inline constexpr double kLearningRate = 0.01, kStartEnergy = 10000;

/// What a step saw, before it changed the energies.
struct LearningRecord {
  int64_t step = 0;                     ///< From 1 on; `step` of the noise's key.
  double loss = 0;                      ///< With the penalty.
  std::optional<double> accuracy = {};  ///< Unset for a regression.
  double energy_per_mac = 0;
};

}  // namespace dpac
