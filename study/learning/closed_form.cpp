#include "study/learning/closed_form.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "learn/sensitivity.h"
#include "study/learning/state_file.h"

namespace dpac {
namespace {

constexpr const char* kClean = "sensitivities.json";

bool finite(const ChannelValues& values) {
  return std::all_of(values.begin(), values.end(), [](const std::vector<double>& layer) {
    return std::all_of(layer.begin(), layer.end(), [](double s) { return std::isfinite(s); });
  });
}

}  // namespace

ClosedForm::ClosedForm(Workbench& bench, uint64_t seed, std::filesystem::path folder)
    : bench_(bench), seed_(seed), folder_(std::move(folder)) {}

Energies ClosedForm::energies(const LearningGoal& goal, const std::string& file) {
  Energies layers =
      analytic_energies(bench_.layers(), clean_sensitivities(), Granularity::layer, goal.target_energy);
  if (goal.per == Granularity::layer) return layers;
  const ChannelValues channels = noisy_sensitivities(goal.target_energy, layers, file);
  if (!finite(channels)) return layers;
  return analytic_energies(bench_.layers(), channels, Granularity::channel, goal.target_energy);
}

const ChannelValues& ClosedForm::clean_sensitivities() {
  if (clean_) return *clean_;
  StateFile file(folder_, kClean, made_with().json());
  if (file.content().is_null()) file.save(bench_.sensitivities(seed_));
  return clean_.emplace(file.content().get<ChannelValues>());
}

ChannelValues ClosedForm::noisy_sensitivities(double target_energy, const Energies& layers,
                                              const std::string& file) {
  SensitivitiesMadeWith made_with = this->made_with();
  made_with.target_energy = target_energy;
  StateFile kept(folder_, file, made_with.json());
  if (kept.content().is_null()) {
    ChannelValues made = bench_.noisy_sensitivities(seed_, layers);
    if (!finite(made)) return made;  // JSON has no such numbers.
    kept.save(made);
  }
  return kept.content().get<ChannelValues>();
}

SensitivitiesMadeWith ClosedForm::made_with() const {
  return {bench_.quantizers_made_with(), seed_};
}

}  // namespace dpac
