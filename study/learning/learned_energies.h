/// @file
/// What learning, or the closed form, came to.
#pragma once

#include <vector>

#include "engine/noise/noise_config.h"
#include "learn/learning_record.h"

namespace dpac {

/// How far above their target, by this factor, learned energies may end without a word.
inline constexpr double kNearTarget = 1.02;

struct LearnedEnergies {
  Energies energies;
  double energy_per_mac = 0;
  std::vector<LearningRecord> history;  ///< Of every step; empty for the closed form.
  double seconds = 0;                   ///< In all steps, those of interrupted runs included.
};

}  // namespace dpac
