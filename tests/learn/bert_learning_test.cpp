// Learning on a BERT: what may not change a bit of its derivatives, and what steps do to energies.

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "engine/network.h"
#include "learn/learner.h"
#include "learn/learning_record.h"
#include "learn/sensitivity.h"
#include "tests/support/bert_problem.h"

using namespace dpac;
using namespace dpac::test;

namespace {

constexpr int64_t kMany = 21;

/// A problem with many sequences of mixed lengths: several packs.
BertProblem many(const BertTask& task, NoiseKind kind) {
  BertProblem problem(task, kind);
  problem.sequences = mixed_sequences(task.shape, kMany, task.shape.positions);
  problem.samples = indices(kMany, 5);
  problem.labels.clear();
  problem.scores.clear();
  for (int i = 0; i < kMany; ++i) {
    problem.labels.push_back(i % 2);
    problem.scores.push_back(0.1f * static_cast<float>(i));
  }
  return problem;
}

LearnerOptions options_of(const BertProblem& problem, double start, double target) {
  return {.target_energy = target,
          .learning_rate = 0.05,
          .noise = {.kind = problem.kind,
                    .energies = uniform_energies(analog_layers(problem.graph), start),
                    .seed = 3}};
}

/// What the network says without noise.
void take_own_labels(BertProblem& problem) {
  Network clean(problem.graph, {});
  const std::vector<float> logits = run(clean, problem.sequences.all(), problem.samples);
  const auto classes = static_cast<std::ptrdiff_t>(output_channels(problem.graph));
  for (std::size_t s = 0; s < problem.labels.size(); ++s) {
    const auto own = logits.begin() + static_cast<std::ptrdiff_t>(s) * classes;
    problem.labels[s] = static_cast<int>(std::max_element(own, own + classes) - own);
  }
}

Targets targets_of(const BertProblem& problem) {
  return problem.task.scores ? Targets{.scores = problem.scores} : Targets{.labels = problem.labels};
}

}  // namespace

TEST_CASE("derivatives of a BERT have the same bits for every number of threads and batch size") {
  for (const Derivative derivative :
       {Derivative::gradient, Derivative::sensitivity, Derivative::noisy_sensitivity}) {
    for (const NoiseKind kind : kBertNoises) {
      CAPTURE(name(kind));
      for (const BertTask& task : bert_tasks()) {
        CAPTURE(std::string(task.what));
        const BertProblem problem = many(task, kind);
        const BatchDerivative one = problem.run(derivative, 1, 1);
        for (const auto& [threads, batch] : {std::pair{1, 32}, {2, 3}, {3, 32}}) {
          CAPTURE(threads);
          CAPTURE(batch);
          const BatchDerivative other = problem.run(derivative, threads, batch);
          CHECK(other.values == one.values);
          CHECK(other.logits == one.logits);
          CHECK(other.loss == one.loss);
        }
      }
    }
  }
}

TEST_CASE("a batch's derivative is the mean of its sequences' alone, and runs do not disturb each other") {
  for (const NoiseKind kind : kBertNoises) {
    CAPTURE(name(kind));
    const BertProblem problem = many(bert_tasks()[1], kind);
    const auto differentiator = problem.make();
    differentiator->set_noise(problem.noise, 0);
    const auto whole = [&] {
      return differentiator->run(std::span(problem.sequences.all()), problem.samples, problem.loss());
    };
    const BatchDerivative all = whole();
    ChannelValues sums = all.values;
    for (auto& layer : sums) std::fill(layer.begin(), layer.end(), 0.0);
    for (std::size_t s = 0; s < kMany; ++s) {
      const std::span<const int> label(&problem.labels[s], 1);
      const BatchDerivative own =
          differentiator->run(std::span(problem.sequences.all()).subspan(s, 1),
                              std::span(problem.samples).subspan(s, 1), cross_entropy_of(label));
      for (std::size_t i = 0; i < own.logits.size(); ++i)
        CHECK(own.logits[i] == all.logits[s * own.logits.size() + i]);
      for (std::size_t l = 0; l < sums.size(); ++l) {
        for (std::size_t c = 0; c < sums[l].size(); ++c) sums[l][c] += own.values[l][c];
      }
    }
    for (auto& layer : sums) {
      for (double& v : layer) v /= static_cast<double>(kMany);
    }
    CHECK(sums == all.values);
    CHECK(whole().values == all.values);
  }
}

TEST_CASE("a batch whose gradient is no number leaves nothing behind") {
  for (const NoiseKind kind : kBertNoises) {
    CAPTURE(name(kind));
    for (const BertTask& task : bert_tasks()) {
      CAPTURE(std::string(task.what));
      const BertProblem problem(task, kind);
      const auto differentiator = problem.make();
      differentiator->set_noise(problem.noise, 0);
      const auto values = [&](const SampleLoss& loss) {
        return differentiator->run(std::span(problem.sequences.all()), problem.samples, loss).values;
      };
      const ChannelValues before = values(problem.loss());
      const ChannelValues spoilt = values([](int64_t, std::span<const float>, std::span<float> gradient) {
        std::fill(gradient.begin(), gradient.end(), NAN);
        return 0.0;
      });
      CHECK(std::isnan(spoilt[0][0]));
      CHECK(values(problem.loss()) == before);
    }
  }
}

TEST_CASE("a differentiator's logits are those of inference with the same noise") {
  for (const NoiseKind kind : kBertNoises) {
    CAPTURE(name(kind));
    BertProblem problem = many(bert_tasks()[0], kind);
    problem.samples = indices(kMany, 0);  // One group of samples: one draw of the weights.
    Network network(problem.graph, {.noise = kind, .quantization = {.ranges = problem.ranges}});
    network.set_noise(problem.noise);
    CHECK(problem.run().logits == run(network, problem.sequences.all(), problem.samples));
  }
}

TEST_CASE("steps on a BERT lower its loss, for classes, scores and sentence embeddings") {
  constexpr int kSteps = 60;
  for (const NoiseKind kind : kBertNoises) {
    CAPTURE(name(kind));
    for (const BertTask& task : bert_tasks()) {
      CAPTURE(std::string(task.what));
      const BertProblem problem = many(task, kind);
      const auto differentiator = problem.make();
      // Energies begin far above the target, which the penalty then brings down.
      Learner learner(*differentiator, options_of(problem, 1000, 100));
      const auto step = [&] {
        return learner.step(std::span(problem.sequences.all()), targets_of(problem), problem.samples);
      };
      const LearningRecord first = step();
      CHECK(first.accuracy.has_value() == !task.scores);
      LearningRecord last;
      for (int i = 1; i < kSteps; ++i) last = step();
      CHECK(last.loss < first.loss);
      CHECK(last.energy_per_mac < 0.2 * first.energy_per_mac);
    }
  }
}

TEST_CASE("without a penalty, a BERT that noise leads astray spends more energy, and its loss falls") {
  constexpr int kSteps = 150, kAveraged = 20;
  for (const NoiseKind kind : kBertNoises) {
    CAPTURE(name(kind));
    BertProblem problem = many(bert_tasks()[0], kind);
    take_own_labels(problem);
    const auto differentiator = problem.make();
    Learner learner(*differentiator, options_of(problem, 2, 1e9));
    double first = 0, last = 0;
    for (int i = 0; i < kSteps; ++i) {
      const LearningRecord record =
          learner.step(std::span(problem.sequences.all()), targets_of(problem), problem.samples);
      if (i < kAveraged) first += record.loss / kAveraged;
      if (i >= kSteps - kAveraged) last += record.loss / kAveraged;
    }
    CHECK(learner.energy_per_mac() > 4);
    CHECK(last < 0.98 * first);
  }
}

TEST_CASE("weight noise leaves the products of attention alone: no gradient, no energy, no average") {
  const BertProblem problem = many(bert_tasks()[0], NoiseKind::weight);
  const auto differentiator = problem.make();
  Learner learner(*differentiator, options_of(problem, 1000, 100));
  const std::vector<AnalogLayer> layers = paying_layers(analog_layers(problem.graph), NoiseKind::weight);
  for (int i = 0; i < 5; ++i)
    learner.step(std::span(problem.sequences.all()), targets_of(problem), problem.samples);
  const Energies energies = learner.energies();
  double energy = 0, macs = 0;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    CAPTURE(layers[l].name);
    CHECK((energies[l].front() == doctest::Approx(1000).epsilon(1e-6)) == !layers[l].has_weights);
    CHECK((layers[l].macs == 0) == !layers[l].has_weights);
    energy += static_cast<double>(energies[l].front()) * static_cast<double>(layers[l].macs);
    macs += static_cast<double>(layers[l].macs);
  }
  CHECK(learner.energy_per_mac() == doctest::Approx(energy / macs).epsilon(1e-6));
}

TEST_CASE("the closed form gives a BERT's paying layers energies of the wanted average") {
  for (const NoiseKind kind : kBertNoises) {
    CAPTURE(name(kind));
    for (const BertTask& task : {bert_tasks()[0], bert_tasks()[2]}) {
      CAPTURE(std::string(task.what));
      const BertProblem problem = many(task, kind);
      const auto differentiator = problem.make(Derivative::sensitivity);
      SensitivityEstimate estimate(*differentiator, problem.noise);
      estimate.add(std::span(problem.sequences.all()), problem.samples);
      const auto layers = paying_layers(analog_layers(problem.graph), kind);
      for (const Granularity per : {Granularity::layer, Granularity::channel}) {
        const Energies energies = analytic_energies(layers, estimate.shrunk_sensitivities(), per, 50);
        const PrecisionParameters parameters(layers, per, energies, false);
        CHECK(parameters.energy_per_mac() == doctest::Approx(50).epsilon(1e-5));
      }
    }
  }
}
