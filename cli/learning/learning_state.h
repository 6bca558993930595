/// @file
/// A learning in the midst of it as JSON, without losing a bit.
#pragma once

#include <vector>

#include <nlohmann/json.hpp>

#include "learn/learner.h"

namespace dpac::cli {

struct SavedLearning {
  LearningState learner;
  std::vector<LearningRecord> history;
  double seconds = 0;  ///< Spent in the steps so far.
};

nlohmann::ordered_json to_json(const SavedLearning& saved);

/// @throws nlohmann::json::exception for another object.
SavedLearning saved_learning(const nlohmann::ordered_json& json);

/// [{`step`, `loss`, `accuracy`, `energy_per_mac`}].
nlohmann::ordered_json history_json(const std::vector<LearningRecord>& history);

}  // namespace dpac::cli
