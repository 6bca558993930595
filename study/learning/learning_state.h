/// @file
/// A learning in the midst of it as JSON, without losing a bit.
#pragma once

#include <vector>

#include "learn/learner.h"
#include "learn/learning_record.h"
#include "study/support/json.h"

namespace dpac {

struct SavedLearning {
  LearningState learner;
  std::vector<LearningRecord> history;
  double seconds = 0;  ///< Spent in the steps so far.
};

Json to_json(const SavedLearning& saved);

/// @throws Error for another JSON value.
SavedLearning saved_learning(const Json& json);

/// [{`step`, `loss`, `accuracy`, `energy_per_mac`}].
Json history_json(const std::vector<LearningRecord>& history);

}  // namespace dpac
