// What may not change a bit of a BERT's logits: threads, batches, company, order, calls, instruction sets.

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

#include <doctest/doctest.h>

#include "tests/support/bert_runs.h"
#include "tests/support/isa_scope.h"

using namespace dpac;
using namespace dpac::test;

namespace {

// Samples 20 ... 52: over two borders between groups that share a draw of weights.
constexpr int64_t kSamples = 33, kFirst = 20;

/// An encoder, sequences of very different lengths, and their ranges.
struct Setting {
  Setting()
      : sequences(mixed_sequences(shape, kSamples, shape.positions)),
        samples(indices(kSamples, kFirst)),
        ranges(bert_ranges(shape, sequences)) {}

  [[nodiscard]] Network network(const NoiseCase& model, int64_t batch = 16, int threads = 1) const {
    Network network(build(shape), options_of(model, ranges, batch, threads));
    network.set_noise(noise_of(model, network.layers()));
    return network;
  }

  /// Logits of sequences in another order or number.
  [[nodiscard]] std::vector<float> some(Network& network, const std::vector<std::size_t>& which) const {
    std::vector<TokenSequence> own;
    std::vector<int64_t> indices;
    for (const std::size_t i : which) {
      own.push_back(sequences[i]);
      indices.push_back(samples[i]);
    }
    return run(network, own, indices);
  }

  RandomBert shape{.features = 52, .heads = 2, .intermediate = 40, .positions = 40};
  RandomSequences sequences;
  std::vector<int64_t> samples;
  Ranges ranges;
};

/// The rows of logits of some samples.
std::vector<float> rows(const std::vector<float>& logits, const std::vector<std::size_t>& which) {
  const std::size_t classes = logits.size() / kSamples;
  std::vector<float> own;
  for (const std::size_t i : which) {
    const auto begin = logits.begin() + static_cast<std::ptrdiff_t>(i * classes);
    own.insert(own.end(), begin, begin + static_cast<std::ptrdiff_t>(classes));
  }
  return own;
}

}  // namespace

TEST_CASE("text logits have the same bits for every batch size, number of threads and instruction set") {
  const IsaScope scope;
  const Setting setting;
  for (const NoiseCase& model : noise_cases()) {
    CAPTURE(std::string(model.what));
    std::vector<float> reference;
    for (const Isa isa : supported_isas()) {
      CAPTURE(name(isa));
      force_isa(isa);
      for (const auto& [batch, threads] :
           std::vector<std::pair<int64_t, int>>{{1, 1}, {1, 3}, {3, 1}, {3, 2}, {33, 3}}) {
        CAPTURE(batch);
        CAPTURE(threads);
        Network network = setting.network(model, batch, threads);
        const auto logits = run(network, setting.sequences.all(), setting.samples);
        if (reference.empty()) reference = logits;
        CHECK(std::all_of(logits.begin(), logits.end(), [](float v) { return std::isfinite(v); }));
        CHECK(logits == reference);
        if (isa == Isa::scalar) break;
      }
    }
  }
}

TEST_CASE("no company and no order of sequences changes a bit of their logits") {
  const Setting setting;
  std::vector<std::size_t> shuffled(kSamples);
  for (std::size_t i = 0; i < shuffled.size(); ++i) shuffled[i] = i;
  std::mt19937 random(3);
  for (std::size_t i = shuffled.size(); i > 1; --i) std::swap(shuffled[i - 1], shuffled[random() % i]);
  for (const NoiseCase& model : noise_cases()) {
    CAPTURE(std::string(model.what));
    Network network = setting.network(model);
    const auto logits = run(network, setting.sequences.all(), setting.samples);
    CHECK(setting.some(network, shuffled) == rows(logits, shuffled));
    for (std::size_t first = 0; first < kSamples; first += 11) {
      const std::vector<std::size_t> few(shuffled.begin() + static_cast<std::ptrdiff_t>(first),
                                         shuffled.begin() + static_cast<std::ptrdiff_t>(first + 11));
      CHECK(setting.some(network, few) == rows(logits, few));
    }
    for (std::size_t i = 0; i < kSamples; ++i) CHECK(setting.some(network, {i}) == rows(logits, {i}));
    CHECK(run(network, setting.sequences.all(), setting.samples) == logits);
  }
}

TEST_CASE("several configurations at once give a BERT's logits of each alone") {
  const Setting setting;
  for (const NoiseCase& model : noise_cases()) {
    CAPTURE(std::string(model.what));
    Network network = setting.network(model, 3, 2);
    const std::vector<NoiseConfig> configs = four_configurations(model, network.layers());
    std::vector<float> expected;
    for (const NoiseConfig& config : configs) {
      network.set_noise(config);
      const auto alone = run(network, setting.sequences.all(), setting.samples);
      expected.insert(expected.end(), alone.begin(), alone.end());
    }
    network.set_noise(configs);
    CHECK(run(network, setting.sequences.all(), setting.samples, configs.size()) == expected);
    if (model.kind == NoiseKind::none) continue;
    const std::size_t each = expected.size() / configs.size();
    for (std::size_t c = 1; c < configs.size(); ++c) {
      const float* other = expected.data() + c * each;
      CHECK_FALSE(std::equal(expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(each), other));
    }
  }
}

TEST_CASE("a sequence's noise depends on its index and the seed; 32 neighbours share a draw of weights") {
  const Setting setting;
  const std::vector<TokenSequence> twice = {setting.sequences[0], setting.sequences[0]};
  for (const NoiseCase& model : noise_cases()) {
    if (model.kind == NoiseKind::none) continue;
    CAPTURE(std::string(model.what));
    Network network = setting.network(model);
    const auto same = run(network, twice, {40, 40}), near = run(network, twice, {40, 41}),
               far = run(network, twice, {40, 64});
    const auto half = static_cast<std::ptrdiff_t>(same.size() / 2);
    CHECK(std::equal(same.begin(), same.begin() + half, same.begin() + half));
    CHECK((near == same) == !perturbs_outputs(model.kind));
    CHECK((far == same) == (model.kind == NoiseKind::programming));  // A chip serves all samples.
    CHECK(std::equal(far.begin(), far.begin() + half, same.begin()));
    network.set_noise(noise_of(model, network.layers(), kSeed + 1));
    CHECK(run(network, twice, {40, 40}) != same);
  }
}
