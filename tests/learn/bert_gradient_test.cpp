// Derivatives of a noisy BERT by its energies against the double-precision oracle.

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "learn/differentiator.h"
#include "tests/support/bert_problem.h"

using namespace dpac;
using namespace dpac::test;

namespace {

/// Whether an element of a layer's weights belongs to an output channel.
struct OfChannel {
  int layer;
  int64_t channel, depth;

  OfChannel(const Graph& graph, int l, int64_t c)
      : layer(l), channel(c), depth(analog_layers(graph)[static_cast<std::size_t>(l)].dot_length) {}
  bool operator()(int l, int64_t element) const { return l == layer && element / depth == channel; }
};

/// d mean loss / d log E of one channel; sigma does not follow its input. `bases` are runs without a change.
double gradient_of(const BertProblem& problem, const std::vector<BertOracleRun>& bases, int layer,
                   int64_t channel) {
  constexpr double kStep = 1e-4;
  const OfChannel own(problem.graph, layer, channel);
  double sum = 0;
  for (std::size_t s = 0; s < bases.size(); ++s) {
    sum += problem.derivative(s, kStep, [&](BertOracleSetup& with, double step) {
      const double factor = std::exp(-step / 2);
      with.frozen = &bases[s].layers;
      with.frozen_factor = [=](int l, int64_t c) { return l == layer && c == channel ? factor : 1.0; };
      with.weight_xi = [=](NoiseStream stream, int l, int64_t e, int k) {
        return weight_xi(stream, l, 0, e, k) * (own(l, e) ? factor : 1.0);
      };
    });
  }
  return sum / static_cast<double>(bases.size());
}

std::vector<BertOracleRun> base_runs(const BertProblem& problem) {
  std::vector<BertOracleRun> runs;
  for (std::size_t s = 0; s < problem.sequences.size(); ++s) {
    runs.push_back(run_bert_oracle(problem.checkpoint, problem.sequences[s], problem.setup(s)));
  }
  return runs;
}

double largest(const std::vector<double>& values) {
  double result = 0;
  for (const double v : values) result = std::max(result, std::abs(v));
  return result;
}

void check_gradients(const BertProblem& problem) {
  const BatchDerivative found = problem.run();
  const std::vector<BertOracleRun> bases = base_runs(problem);
  double loss = 0;
  for (std::size_t s = 0; s < bases.size(); ++s)
    loss += problem.loss_of(s, problem.setup(s)) / static_cast<double>(bases.size());
  CHECK(std::abs(found.loss - loss) < 1e-5 * loss);
  REQUIRE(found.values.size() == bases.front().layers.size());
  for (std::size_t l = 0; l < found.values.size(); ++l) {
    CAPTURE(bases.front().layer_names[l]);
    const std::vector<double>& own = found.values[l];
    const bool silent = !perturbs_outputs(problem.kind) && !analog_layers(problem.graph)[l].has_weights;
    CHECK((largest(own) == 0) == silent);
    const std::size_t stride = own.size() > 20 ? 7 : 1;  // The oracle is slow.
    for (std::size_t c = 0; c < own.size() && !silent; c += stride) {
      CAPTURE(c);
      const double expected = gradient_of(problem, bases, static_cast<int>(l), static_cast<int64_t>(c));
      CHECK(std::abs(own[c] - expected) < 1e-4 * largest(own));
    }
  }
}

/// Energies of 1 everywhere, as sensitivities have them.
BertOracleSetup at_unit_energy(const BertProblem& problem, std::size_t s) {
  BertOracleSetup with = problem.setup(s);
  with.noise.energies = uniform_energies(analog_layers(problem.graph), 1);
  with.xi = [](int, int64_t, int64_t, int64_t, int) { return 0.0; };
  return with;
}

/// What a noise value is of.
enum class Target { output, weights };

/// The derivative of one sequence's loss by the size of one noise value of an output, or of what is drawn for
/// the weights of its channel.
double by_noise(const BertProblem& problem, std::size_t s, const BertOracleRun& clean, const OfChannel& own,
                Target target, int64_t pixel) {
  constexpr double kStep = 1e-4;
  return problem.derivative(s, kStep, [&](BertOracleSetup& with, double step) {
    with = at_unit_energy(problem, s);
    with.frozen = &clean.layers;
    with.frozen_factor = [](int, int64_t) { return 1.0; };
    const auto [layer, channel, depth] = own;
    with.xi = [=](int l, int64_t c, int64_t p, int64_t, int) {
      return target == Target::output && l == layer && c == channel && p == pixel ? step : 0.0;
    };
    with.weight_xi = [=](NoiseStream stream, int l, int64_t e, int k) {
      return target == Target::weights && own(l, e) ? step * weight_xi(stream, l, 0, e, k) : 0.0;
    };
  });
}

/// Of one channel of a layer and one sequence; a product of attention has all its channels in one.
double sensitivity_of(const BertProblem& problem, std::size_t s, const BertOracleRun& clean, int layer,
                      int64_t channel) {
  const AnalogLayer own = analog_layers(problem.graph)[static_cast<std::size_t>(layer)];
  double sum = 0;
  if (problem.kind.has(NoiseKind::weight) && own.has_weights) {
    sum +=
        0.5 * std::pow(by_noise(problem, s, clean, {problem.graph, layer, channel}, Target::weights, 0), 2);
  }
  if (!perturbs_outputs(problem.kind)) return sum;
  const auto elements = static_cast<int64_t>(clean.layers[static_cast<std::size_t>(layer)].pre.size());
  const int64_t tokens = problem.sequences[s].length();
  const bool per_token = own.has_weights && elements == own.out_channels * tokens;
  const int64_t pixels = per_token ? tokens : own.has_weights ? 1 : problem.task.shape.heads * tokens;
  for (int64_t e = 0; e < elements; ++e) {
    if (own.has_weights && e / pixels != channel) continue;
    const OfChannel of{problem.graph, layer, e / pixels};
    sum += 0.5 * std::pow(by_noise(problem, s, clean, of, Target::output, e % pixels), 2);
  }
  return sum;
}

void check_sensitivities(const BertProblem& problem) {
  const BatchDerivative found = problem.run(Derivative::sensitivity);
  const std::size_t count = problem.sequences.size();
  std::vector<BertOracleRun> clean;
  for (std::size_t s = 0; s < count; ++s) {
    BertOracleSetup with = at_unit_energy(problem, s);
    with.weight_xi = [](NoiseStream, int, int64_t, int) { return 0.0; };
    clean.push_back(run_bert_oracle(problem.checkpoint, problem.sequences[s], with));
  }
  for (std::size_t l = 0; l < found.values.size(); ++l) {
    CAPTURE(clean.front().layer_names[l]);
    const std::vector<double>& own = found.values[l];
    const bool silent = !perturbs_outputs(problem.kind) && !analog_layers(problem.graph)[l].has_weights;
    CHECK((largest(own) == 0) == silent);
    for (std::size_t c = l % 3; c < own.size() && !silent; c += 13) {
      CAPTURE(c);
      double expected = 0;
      for (std::size_t s = 0; s < count; ++s) {
        expected += sensitivity_of(problem, s, clean[s], static_cast<int>(l), static_cast<int64_t>(c)) /
                    static_cast<double>(count);
      }
      CHECK(std::abs(own[c] - expected) < 1e-4 * largest(own));
    }
  }
}

}  // namespace

TEST_CASE("gradients of a BERT equal central differences in double precision, channel by channel") {
  for (const NoiseKind kind : kBertNoises) {
    CAPTURE(name(kind));
    for (const BertTask& task : bert_tasks()) {
      CAPTURE(std::string(task.what));
      check_gradients(BertProblem(task, kind));
    }
  }
}

TEST_CASE("sensitivities of a BERT are half the squared derivatives by every noise value, at E = 1") {
  for (const NoiseKind kind : kBertNoises) {
    CAPTURE(name(kind));
    for (const BertTask& task : bert_tasks()) {
      CAPTURE(std::string(task.what));
      check_sensitivities(BertProblem(task, kind));
    }
  }
}
