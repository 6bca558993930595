// BERT encoders against the double-precision oracle, layer by layer, under every noise.

#include "engine/networks/bert.h"

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "tests/support/bert_runs.h"

using namespace dpac;
using namespace dpac::test;

namespace {

constexpr int64_t kFirstSample = 4300;  // Two samples later another draw of the weights begins.
// Float32 in chains of up to 300 products: what a layer adds, and what a network of two layers adds up to.
constexpr double kOfLayer = 2e-5, kOfNetwork = 1e-4;

/// A case under a noise, run by the engine with all that it showed.
struct Observed {
  Observed(const BertCase& c, const NoiseCase& m)
      : model(m),
        checkpoint(random_bert(c.shape)),
        sequences(c.shape, c.lengths),
        graph(build(c.shape)),
        ranges(bert_ranges(c.shape, sequences)),
        samples(indices(static_cast<int64_t>(sequences.size()), kFirstSample)),
        recorder(graph) {
    NetworkOptions options = options_of(model, ranges);
    options.keep_pre_activations = true;
    Network network(graph, options);
    network.set_noise(noise_of(model, network.layers()));
    logits.resize(samples.size() * static_cast<std::size_t>(output_channels(graph)));
    network.run_observed(std::span(sequences.all()), samples, logits, recorder);
    plain_logits = run(network, sequences.all(), samples);
  }

  [[nodiscard]] BertOracleSetup setup(std::size_t s) const {
    return bert_setup(model, graph, ranges, samples[s]);
  }
  [[nodiscard]] const float* logits_of(std::size_t s) const {
    return logits.data() + s * static_cast<std::size_t>(output_channels(graph));
  }

  NoiseCase model;
  Checkpoint checkpoint;
  RandomSequences sequences;
  Graph graph;
  Ranges ranges;
  std::vector<int64_t> samples;
  ValueRecorder recorder;
  std::vector<float> logits, plain_logits;
};

void check_layers(const Observed& seen, std::size_t s, const BertOracleRun& reference, double tolerance) {
  const auto layers = analog_layers(seen.graph);
  REQUIRE(reference.layers.size() == layers.size());
  for (std::size_t l = 0; l < layers.size(); ++l) {
    CAPTURE(layers[l].name);
    CHECK(reference.layer_names[l] == layers[l].name);
    const auto& found = seen.recorder.records.at({seen.samples[s], static_cast<int>(l)});
    const OracleLayer& expected = reference.layers[l];
    REQUIRE(found.pre.size() == expected.pre.size());
    REQUIRE(found.input.size() == expected.input.size());
    CHECK(relative_error(expected.input, found.input.data()) < tolerance);
    CHECK(relative_error(expected.pre, found.pre.data()) < tolerance);
    CHECK(relative_error(expected.sigma, found.sigma.data()) < tolerance);
    CHECK(relative_error(expected.noisy, found.noisy.data()) < tolerance);
  }
}

/// Every operation's output from the very input that it had.
void check_outputs(const Observed& seen, std::size_t s, const BertOracleRun& reference) {
  for (const auto& [node, expected] : reference.outputs) {
    CAPTURE(node);
    const std::vector<float>& found = seen.recorder.values.at({seen.samples[s], node});
    REQUIRE(found.size() == expected.size());
    const double largest = std::abs(*std::max_element(
        expected.begin(), expected.end(), [](double a, double b) { return std::abs(a) < std::abs(b); }));
    if (!seen.model.activation_bits) CHECK(relative_error(expected, found.data()) < kOfLayer);
    // Two quantisers follow each other in places, so that a code on an edge of the first moves the second's.
    if (seen.model.activation_bits) CHECK(share_of_other_codes(expected, found, largest / 256) < 0.02);
  }
}

}  // namespace

TEST_CASE("a BERT equals the oracle from tokens to logits, clean and under every noise") {
  for (const NoiseCase& model : noise_cases()) {
    if (model.weight_bits) continue;
    CAPTURE(std::string(model.what));
    for (const BertCase& c : bert_cases()) {
      CAPTURE(std::string(c.what));
      const Observed seen(c, model);
      CHECK(seen.plain_logits == seen.logits);
      for (std::size_t s = 0; s < seen.samples.size(); ++s) {
        CAPTURE(s);
        const BertOracleRun reference = run_bert_oracle(seen.checkpoint, seen.sequences[s], seen.setup(s));
        check_layers(seen, s, reference, kOfNetwork);
        CHECK(relative_error(reference.logits, seen.logits_of(s)) < kOfNetwork);
      }
    }
  }
}

TEST_CASE("every operation of a BERT equals the oracle's on the same input, quantised or not") {
  for (const NoiseCase& model : noise_cases()) {
    CAPTURE(std::string(model.what));
    for (const BertCase& c : bert_cases()) {
      CAPTURE(std::string(c.what));
      const Observed seen(c, model);
      for (std::size_t s = 0; s < seen.samples.size(); ++s) {
        CAPTURE(s);
        BertOracleSetup setup = seen.setup(s);
        setup.observed = [&](const std::string& node) -> const std::vector<float>& {
          return seen.recorder.values.at({seen.samples[s], node});
        };
        const BertOracleRun reference = run_bert_oracle(seen.checkpoint, seen.sequences[s], setup);
        check_layers(seen, s, reference, kOfLayer);
        check_outputs(seen, s, reference);
      }
    }
  }
}
