#include "learn/learner.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "engine/graph/fused_graph.h"
#include "engine/noise/noise_models.h"
#include "kernels/error.h"

namespace dpac {
namespace {

void check(const LearnerOptions& options) {
  const auto positive = [](std::string_view what, double value) {
    if (value > 0 && std::isfinite(value)) return;
    throw Error(fmt::format("the {} is {}, expected a positive number", what, value));
  };
  positive("target energy", options.target_energy);
  positive("learning rate", options.learning_rate);
  if (options.lambda >= 0 && std::isfinite(options.lambda)) return;
  throw Error(fmt::format("lambda is {}, expected a number that is not negative", options.lambda));
}

void check_targets(const Targets& targets, int64_t classes) {
  if (!targets.scores.empty() && classes != 1) {
    throw Error(fmt::format("a network with {} outputs cannot learn from scores, which need one", classes));
  }
  for (const int label : targets.labels) {
    if (label >= 0 && label < classes) continue;
    throw Error(fmt::format("a training sample's label is {}, but the network has the classes 0 ... {}",
                            label, classes - 1));
  }
}

double accuracy_of(std::span<const float> logits, std::span<const int> labels) {
  const std::size_t classes = logits.size() / labels.size();
  int64_t correct = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto own = logits.subspan(i * classes, classes);
    correct += std::max_element(own.begin(), own.end()) - own.begin() == labels[i];
  }
  return static_cast<double>(correct) / static_cast<double>(labels.size());
}

}  // namespace

double default_lambda(NoiseKind noise) {
  return noise_traits(noise).defaults.lambda;
}

Learner::Learner(Differentiator& differentiator, const LearnerOptions& options)
    : differentiator_(differentiator),
      options_(options),
      parameters_(paying_layers(differentiator.layers(), options.noise.kind), options.per,
                  options.noise.energies, options.round_energy) {
  check(options);
}

LearningRecord Learner::step(const Inputs& inputs, const Targets& targets, std::span<const int64_t> samples) {
  check_targets(targets, differentiator_.fused_graph().classes());
  LearningRecord record{.step = adam_.steps + 1, .energy_per_mac = energy_per_mac()};
  NoiseConfig noise = options_.noise;
  noise.energies = parameters_.energies();
  differentiator_.set_noise(noise, static_cast<uint32_t>(record.step));
  const BatchDerivative batch = differentiator_.run(inputs, samples, loss_of(targets));

  const double above = std::log(record.energy_per_mac) - std::log(options_.target_energy);
  record.loss = batch.loss + options_.lambda * std::max(0.0, above);
  if (!targets.labels.empty()) record.accuracy = accuracy_of(batch.logits, targets.labels);
  if (!std::isfinite(record.loss)) {
    throw Error(fmt::format(
        "step {}: the loss is not finite, at {:.3g} energy per MAC: too little energy, too high a "
        "learning rate, or weights that do not fit the preprocessing",
        record.step, record.energy_per_mac));
  }
  std::vector<double> gradient = parameters_.gathered(batch.values);
  if (above > 0) {
    const std::vector<double> penalty = parameters_.energy_gradient();
    for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] += options_.lambda * penalty[i];
  }
  adam_step(parameters_.log_energies(), gradient, options_.learning_rate, adam_);
  return record;
}

Energies Learner::energies() const {
  return parameters_.energies();
}

double Learner::energy_per_mac() const {
  return parameters_.energy_per_mac();
}

LearningState Learner::state() const {
  return {parameters_.log_energies(), adam_};
}

void Learner::restore(const LearningState& state) {
  const std::size_t count = parameters_.log_energies().size();
  const std::size_t moments = state.adam.steps == 0 ? 0 : count;
  if (state.log_energies.size() != count || state.adam.first_moments.size() != moments ||
      state.adam.second_moments.size() != moments) {
    throw Error(
        fmt::format("the state has {} parameters, but the network has {}", state.log_energies.size(), count));
  }
  parameters_.log_energies() = state.log_energies;
  adam_ = state.adam;
}

}  // namespace dpac
