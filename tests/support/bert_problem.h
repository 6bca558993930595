/// @file
/// A noisy BERT with a batch and a loss: what is differentiated, by the program and by the oracle.
#pragma once

#include <memory>
#include <vector>

#include "learn/differentiator.h"
#include "tests/support/bert_runs.h"

namespace dpac::test {

/// What a network is asked for.
struct BertTask {
  const char* what;
  RandomBert shape;
  bool scores = false;  ///< A regression, else classes.
};

/// Classes, regression and sentence embeddings, which are taken for logits.
std::vector<BertTask> bert_tasks();

inline constexpr NoiseKind kBertNoises[] = {
    NoiseKind::shot, NoiseKind::thermal, NoiseKind::weight,
    NoiseKind::shot + NoiseKind::thermal + NoiseKind::output + NoiseKind::weight};

/// Three sequences, one of them padded and one of a single token, without quantisers, so that the noise is
/// differentiable.
struct BertProblem {
  BertProblem(const BertTask& task, NoiseKind kind);

  [[nodiscard]] std::unique_ptr<Differentiator> make(Derivative derivative = Derivative::gradient,
                                                     int threads = 1, int64_t batch = 3) const;
  [[nodiscard]] BatchDerivative run(Derivative derivative = Derivative::gradient, int threads = 1,
                                    int64_t batch = 3) const;
  [[nodiscard]] SampleLoss loss() const;

  /// Of the oracle, for sequence s; one draw of the weights for all, as in a step of learning.
  [[nodiscard]] BertOracleSetup setup(std::size_t s) const;
  [[nodiscard]] double loss_of(std::size_t s, const BertOracleSetup& with) const;

  /// (f(step) - f(-step)) / (2 step) of the loss of sequence s in a setup that depends on a number.
  template <class SetUp>
  [[nodiscard]] double derivative(std::size_t s, double step, const SetUp& set_up) const {
    double losses[2];
    for (const int side : {0, 1}) {
      BertOracleSetup with = setup(s);
      set_up(with, side == 0 ? -step : step);
      losses[side] = loss_of(s, with);
    }
    return (losses[1] - losses[0]) / (2 * step);
  }

  BertTask task;
  NoiseKind kind;
  Checkpoint checkpoint;
  RandomSequences sequences;
  Graph graph;
  std::vector<int64_t> samples;
  std::vector<int> labels = {1, 0, 2};
  std::vector<float> scores = {0.3f, -1.2f, 2.0f};
  Ranges ranges;
  NoiseConfig noise;
};

}  // namespace dpac::test
