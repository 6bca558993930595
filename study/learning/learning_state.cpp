#include "study/learning/learning_state.h"

#include "learn/learning_record.h"
#include "study/support/json.h"

namespace dpac {

Json history_json(const std::vector<LearningRecord>& history) {
  auto json = Json::array();
  for (const LearningRecord& record : history) {
    json.push_back({{"step", record.step},
                    {"loss", record.loss},
                    {"accuracy", or_null(record.accuracy)},
                    {"energy_per_mac", record.energy_per_mac}});
  }
  return json;
}

Json to_json(const SavedLearning& saved) {
  const AdamState& adam = saved.learner.adam;
  return {{"steps", adam.steps},
          {"log_energies", saved.learner.log_energies},
          {"first_moments", adam.first_moments},
          {"second_moments", adam.second_moments},
          {"seconds", saved.seconds},
          {"history", history_json(saved.history)}};
}

SavedLearning saved_learning(const Json& json) {
  SavedLearning saved;
  using Numbers = std::vector<double>;
  saved.learner.adam.steps = json.at("steps").get<int64_t>();
  saved.learner.log_energies = json.at("log_energies").get<Numbers>();
  saved.learner.adam.first_moments = json.at("first_moments").get<Numbers>();
  saved.learner.adam.second_moments = json.at("second_moments").get<Numbers>();
  saved.seconds = json.at("seconds").get<double>();
  for (const Json& record : json.at("history").items()) {
    saved.history.push_back({.step = record.at("step").get<int64_t>(),
                             .loss = record.at("loss").get<double>(),
                             .energy_per_mac = record.at("energy_per_mac").get<double>()});
    const auto& accuracy = record.at("accuracy");
    if (!accuracy.is_null()) saved.history.back().accuracy = accuracy.get<double>();
  }
  return saved;
}

}  // namespace dpac
