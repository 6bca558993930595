// Noise of a BERT over many seeds has the standard deviation that the formulas give, attention included.

#include <cmath>
#include <tuple>

#include <doctest/doctest.h>

#include "tests/support/bert_runs.h"

using namespace dpac;
using namespace dpac::test;

namespace {

/// Sums over the elements of a layer and draws.
struct Deviations {
  double sum = 0, squares = 0, count = 0;

  void add(double deviation) {
    sum += deviation;
    squares += deviation * deviation;
    ++count;
  }
};

}  // namespace

// Sigma follows the noisy input of each run, so noise is taken over the sigma of its own run. Within 5
// standard errors: 1 / sqrt(n) of the mean, sqrt(2 / n) of the variance.
TEST_CASE("noise of every layer of a BERT is standard normal over its sigma, over 400 seeds") {
  constexpr int kDraws = 400;
  const RandomBert shape{.features = 20, .layers = 1, .intermediate = 27};
  const RandomSequences sequences(shape, {{7, 7}});
  const Ranges ranges = bert_ranges(shape, sequences);
  const std::vector<int64_t> samples = {3};
  for (const NoiseCase& model : noise_cases()) {
    if (!perturbs_outputs(model.kind) || model.kind.has(NoiseKind::weight)) continue;
    CAPTURE(std::string(model.what));
    NetworkOptions options = options_of(model, ranges);
    options.keep_pre_activations = true;
    Network network(build(shape), options);
    std::vector<Deviations> layers(network.layers().size());
    std::vector<float> logits(3);
    for (int draw = 0; draw < kDraws; ++draw) {
      network.set_noise(noise_of(model, network.layers(), static_cast<uint64_t>(draw)));
      Recorder recorder;
      network.run_observed(std::span(sequences.all()), samples, logits, recorder);
      for (std::size_t l = 0; l < layers.size(); ++l) {
        const auto& seen = recorder.records.at({samples.front(), static_cast<int>(l)});
        for (std::size_t i = 0; i < seen.sigma.size(); ++i)
          layers[l].add(static_cast<double>(seen.noisy[i] - seen.pre[i]) /
                        static_cast<double>(seen.sigma[i]));
      }
    }
    for (std::size_t l = 0; l < layers.size(); ++l) {
      CAPTURE(network.layers()[l].name);
      const double n = layers[l].count;
      CHECK(std::abs(layers[l].sum / n) < 5 / std::sqrt(n));
      CHECK(std::abs(layers[l].squares / n - 1) < 5 * std::sqrt(2 / n));
    }
  }
}

TEST_CASE("both products of attention have the oracle's variance over 2000 seeds, repeated or not") {
  constexpr int kDraws = 2000;
  constexpr double kSilent = 1e12;
  const RandomBert shape{.features = 20, .layers = 1, .intermediate = 27};
  const RandomSequences sequences(shape, {{4, 4}});
  const Ranges ranges = bert_ranges(shape, sequences);
  using Case = std::tuple<NoiseKind, int, std::size_t>;
  for (const auto& [kind, repeats, layer] :
       {Case{NoiseKind::shot, 1, 3}, Case{NoiseKind::shot, 4, 3}, Case{NoiseKind::thermal, 1, 3},
        Case{NoiseKind::shot, 1, 4}, Case{NoiseKind::shot, 4, 4}, Case{NoiseKind::thermal, 1, 4}}) {
    CAPTURE(name(kind));
    CAPTURE(repeats);
    CAPTURE(layer);
    const NoiseCase model{"", kind};
    NetworkOptions options = options_of(model, ranges);
    options.keep_pre_activations = true;
    Network network(build(shape), options);
    NoiseConfig noise{kind, uniform_energies(network.layers(), kSilent)};
    noise.energies[layer] = {7};
    noise.repeats = uniform_repeats(network.layers(), repeats);
    BertOracleSetup setup = bert_setup(model, network.graph(), ranges, 3);
    setup.noise = noise;
    const OracleLayer expected = run_bert_oracle(random_bert(shape), sequences[0], setup).layers[layer];
    Deviations all;
    std::vector<float> logits(3);
    for (int draw = 0; draw < kDraws; ++draw) {
      noise.seed = static_cast<uint64_t>(draw);
      network.set_noise(noise);
      Recorder recorder;
      network.run_observed(std::span(sequences.all()), std::vector<int64_t>{3}, logits, recorder);
      const auto& seen = recorder.records.at({3, static_cast<int>(layer)}).noisy;
      for (std::size_t i = 0; i < seen.size(); ++i)
        all.add((static_cast<double>(seen[i]) - expected.pre[i]) / expected.sigma[i]);
    }
    CHECK(std::abs(all.sum / all.count) < 5 / std::sqrt(all.count));
    CHECK(std::abs(all.squares / all.count - 1) < 5 * std::sqrt(2 / all.count));
  }
}
