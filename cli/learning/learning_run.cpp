#include "cli/learning/learning_run.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "cli/learning/learning_state.h"
#include "cli/learning/state_file.h"
#include "cli/support/interrupt.h"
#include "cli/support/progress.h"
#include "engine/energy.h"
#include "learn/sensitivity.h"

namespace dpac::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kSensitivities = "sensitivities.json";

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

/// Learns from where `state` ends to the last step.
class LearningRun {
 public:
  LearningRun(Workbench& bench, const LearnerOptions& options, StateFile& state)
      : bench_(bench),
        seed_(options.noise.seed),
        steps_(bench.options().learning.steps_in_force()),
        learner_(bench.differentiator(), options),
        state_(state) {
    if (state.content().is_null()) return;
    saved_ = saved_learning(state.content());
    learner_.restore(saved_.learner);
  }

  LearnedEnergies run() {
    if (done() < steps_) learn();
    return {learner_.energies(), learner_.energy_per_mac(), std::move(saved_.history), saved_.seconds};
  }

 private:
  [[nodiscard]] int64_t done() const { return static_cast<int64_t>(saved_.history.size()); }

  void learn() {
    const int64_t batch = bench_.options().learning.batch_in_force();
    const auto reader = bench_.training_batches(seed_, done() * batch, (steps_ - done()) * batch);
    Progress progress(steps_ - done(), "steps", bench_.work_callback());
    try {
      while (const SampleBatch* samples = reader->next()) {
        stop_if_interrupted();
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
    : bench_(bench), seed_(seed), folder_(std::move(folder)) {}

LearnedEnergies EnergyFinder::find(const LearningGoal& goal, const std::string& state) {
  if (bench_.options().learning.closed_form()) return closed_form(goal);
  auto made_with = bench_.learned_with();
  made_with["per"] = name(goal.per);
  made_with["target_energy"] = goal.target_energy;
  made_with["seed"] = seed_;
  StateFile file(folder_, state, made_with);
  return LearningRun(bench_, learner_options(goal), file).run();
}

void EnergyFinder::forget(const std::string& state) const {
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::remove(folder_ / state, ignored);
}

LearnedEnergies EnergyFinder::closed_form(const LearningGoal& goal) {
  NoiseConfig noise = bench_.options().analog.noise.base();
  noise.energies = analytic_energies(bench_.layers(), sensitivities(), goal.per, goal.target_energy);
  if (bench_.options().learning.round) noise.energies = rounded(std::move(noise.energies));
  const double energy_per_mac = energy_ledger(bench_.layers(), noise).energy_per_mac;
  return {.energies = std::move(noise.energies), .energy_per_mac = energy_per_mac, .history = {}};
}

LearnerOptions EnergyFinder::learner_options(const LearningGoal& goal) {
  const LearningOptions& options = bench_.options().learning;
  const StartOption start = options.start_in_force();
  NoiseConfig noise = bench_.options().analog.noise.base();
  noise.seed = seed_;
  noise.energies = start.analytic
                       ? analytic_energies(bench_.layers(), sensitivities(), goal.per, goal.target_energy)
                       : uniform_energies(bench_.layers(), start.energy);
  const double lambda = options.lambda_in_force(noise.kind);
  return {.per = goal.per,
          .target_energy = goal.target_energy,
          .lambda = lambda,
          .learning_rate = options.rate_in_force(),
          .round_energy = options.round,
          .noise = std::move(noise)};
}

const ChannelValues& EnergyFinder::sensitivities() {
  if (sensitivities_) return *sensitivities_;
  auto made_with = bench_.learned_with();
  for (const char* other : {"method", "steps", "lr", "lambda", "start", "augment", "round_energy"}) {
    made_with.erase(other);
  }
  made_with["seed"] = seed_;
  StateFile file(folder_, kSensitivities, made_with);
  if (file.content().is_null()) file.save(bench_.estimate_sensitivities(seed_));
  return sensitivities_.emplace(file.content().get<ChannelValues>());
}

}  // namespace dpac::cli
