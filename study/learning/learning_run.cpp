#include "study/learning/learning_run.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "engine/noise/energy.h"
#include "kernels/error.h"
#include "study/learning/learning_state.h"
#include "study/learning/state_file.h"
#include "study/support/interrupted.h"
#include "study/support/progress.h"

namespace dpac {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// When to save: often enough that a kill loses little, seldom enough to cost little.
class SavePace {
 public:
  [[nodiscard]] bool due() const { return seconds_since(saved_) > interval_; }

  template <typename Save>
  void timed(Save&& save) {
    const auto start = Clock::now();
    save();
    saved_ = Clock::now();
    constexpr double kMostCost = 0.02, kShortest = 0.1, kLongest = 5;
    interval_ =
        std::clamp(std::chrono::duration<double>(saved_ - start).count() / kMostCost, kShortest, kLongest);
  }

 private:
  Clock::time_point saved_ = Clock::now();
  double interval_ = 0;
};

/// Where the sensitivities of what has a state of that name are kept.
std::string sensitivities_of(const std::string& state) {
  return "sensitivities-" + state;
}

/// One energy for each layer, of the same average.
Energies layer_means(Energies energies) {
  for (std::vector<float>& layer : energies) {
    const double sum = std::accumulate(layer.begin(), layer.end(), 0.0);
    layer = {static_cast<float>(sum / static_cast<double>(layer.size()))};
  }
  return energies;
}

/// Learns from where `state` ends to the last step.
class LearningRun {
 public:
  LearningRun(Workbench& bench, const LearnerOptions& options, StateFile& state)
      : bench_(bench),
        seed_(options.noise.seed),
        steps_(bench.settings().learning.steps_in_force()),
        learner_(bench.differentiator(), options),
        state_(state) {
    if (state.content().is_null()) return;
    saved_ = saved_learning(state.content());
    if (done() > steps_) {
      throw StateError(
          fmt::format("{}: has {} steps already, but --steps is {}; give this run another --state",
                      state.path().string(), done(), steps_));
    }
    learner_.restore(saved_.learner);
  }

  LearnedEnergies run() {
    if (done() < steps_) learn();
    return {learner_.energies(), learner_.energy_per_mac(), std::move(saved_.history), saved_.seconds};
  }

 private:
  [[nodiscard]] int64_t done() const { return static_cast<int64_t>(saved_.history.size()); }

  void learn() {
    const int64_t batch = bench_.settings().learning.batch_in_force();
    const auto reader = bench_.training_batches(seed_, done() * batch, (steps_ - done()) * batch);
    Progress progress = bench_.begin(steps_ - done(), "steps");
    try {
      while (const SampleBatch* samples = reader->next()) {
        progress.check();
        step(*samples);
        progress.advance(1);
        if (pace_.due()) save();
      }
    } catch (const Interrupted&) {
      save();
      throw;
    }
    save();
  }

  void step(const SampleBatch& batch) {
    const auto start = Clock::now();
    saved_.history.push_back(learner_.step(batch.inputs, batch.targets, batch.samples));
    saved_.seconds += seconds_since(start);
  }

  void save() {
    pace_.timed([this] {
      saved_.learner = learner_.state();
      state_.save(to_json(saved_));
    });
  }

  Workbench& bench_;
  uint64_t seed_;
  int64_t steps_;
  Learner learner_;
  StateFile& state_;
  SavedLearning saved_;
  SavePace pace_;
};

}  // namespace

EnergyFinder::EnergyFinder(Workbench& bench, uint64_t seed, std::filesystem::path folder)
    : bench_(bench), seed_(seed), folder_(std::move(folder)), closed_form_(bench, seed, folder_) {}

LearnedEnergies EnergyFinder::find(const LearningGoal& goal, const std::string& state) {
  if (bench_.settings().learning.closed_form()) return from_closed_form(goal, state);
  EnergiesMadeWith made_with = bench_.energies_made_with(seed_);
  made_with.per = goal.per;
  made_with.target_energy = goal.target_energy;
  StateFile file(folder_, state, made_with.json());
  return LearningRun(bench_, learner_options(goal, state), file).run();
}

void EnergyFinder::forget(const std::string& state) const {
  if (folder_.empty()) return;
  std::error_code ignored;
  for (const std::string& file : {state, sensitivities_of(state)}) {
    std::filesystem::remove(folder_ / file, ignored);
  }
}

LearnedEnergies EnergyFinder::from_closed_form(const LearningGoal& goal, const std::string& state) {
  NoiseConfig noise = bench_.settings().analog.noise.base();
  noise.energies = closed_form_.energies(goal, sensitivities_of(state));
  if (bench_.settings().learning.round) noise.energies = rounded(std::move(noise.energies));
  const double energy_per_mac = energy_ledger(bench_.layers(), noise).energy_per_mac;
  return {.energies = std::move(noise.energies), .energy_per_mac = energy_per_mac, .history = {}};
}

Energies EnergyFinder::start(const LearningGoal& goal, const std::string& state) {
  const StartSetting start = bench_.settings().learning.start_in_force();
  if (start.analytic) return closed_form_.energies(goal, sensitivities_of(state));
  if (start.file.empty()) return uniform_energies(bench_.layers(), start.energy);
  return goal.per == Granularity::channel ? bench_.start_energies() : layer_means(bench_.start_energies());
}

LearnerOptions EnergyFinder::learner_options(const LearningGoal& goal, const std::string& state) {
  const LearningSettings& settings = bench_.settings().learning;
  NoiseConfig noise = bench_.settings().analog.noise.base();
  noise.seed = seed_;
  noise.energies = start(goal, state);
  const double lambda = settings.lambda_in_force(noise.kind);
  return {.per = goal.per,
          .target_energy = goal.target_energy,
          .lambda = lambda,
          .learning_rate = settings.rate_in_force(),
          .round_energy = settings.round,
          .noise = std::move(noise)};
}

}  // namespace dpac
