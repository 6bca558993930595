#include "cli/learning/learning_state.h"

#include "cli/support/json.h"

namespace dpac::cli {

nlohmann::ordered_json history_json(const std::vector<LearningRecord>& history) {
  auto json = nlohmann::ordered_json::array();
  for (const LearningRecord& record : history) {
    json.push_back({{"step", record.step},
                    {"loss", record.loss},
                    {"accuracy", or_null(record.accuracy)},
                    {"energy_per_mac", record.energy_per_mac}});
  }
  return json;
}

nlohmann::ordered_json to_json(const SavedLearning& saved) {
  const AdamState& adam = saved.learner.adam;
  return {{"steps", adam.steps},
          {"log_energies", saved.learner.log_energies},
          {"first_moments", adam.first_moments},
          {"second_moments", adam.second_moments},
          {"seconds", saved.seconds},
          {"history", history_json(saved.history)}};
}

SavedLearning saved_learning(const nlohmann::ordered_json& json) {
  SavedLearning saved;
  json.at("steps").get_to(saved.learner.adam.steps);
  json.at("log_energies").get_to(saved.learner.log_energies);
  json.at("first_moments").get_to(saved.learner.adam.first_moments);
  json.at("second_moments").get_to(saved.learner.adam.second_moments);
  json.at("seconds").get_to(saved.seconds);
  for (const auto& record : json.at("history")) {
    saved.history.push_back({.step = record.at("step"),
                             .loss = record.at("loss"),
                             .energy_per_mac = record.at("energy_per_mac")});
    const auto& accuracy = record.at("accuracy");
    if (!accuracy.is_null()) saved.history.back().accuracy = accuracy.get<double>();
  }
  return saved;
}

}  // namespace dpac::cli
