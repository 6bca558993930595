// Equal bits at the widths of real networks, where oneDNN has reasons to sum in another order.

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "engine/networks/resnet.h"
#include "engine/onednn/onednn.h"
#include "tests/support/bert_runs.h"

using namespace dpac;
using namespace dpac::test;

namespace {

constexpr double kEnergy = 100;

struct Run {
  int threads;
  int64_t batch;
};

/// Every number of threads with a batch of one, where they share an operation, and with one other.
const std::vector<Run> kRuns = {{1, 1}, {2, 1},  {3, 1},  {4, 1},  {7, 1}, {16, 1}, {64, 1}, {1, 2},
                                {1, 3}, {1, 16}, {1, 64}, {2, 16}, {3, 2}, {4, 64}, {7, 16}, {64, 64}};

Network compile(Graph graph, NoiseKind noise, const Run& how, Arithmetic arithmetic = Arithmetic::float32) {
  const ValueRange range{-4, 4};
  NetworkOptions options{
      .batch = how.batch, .threads = how.threads, .noise = noise, .arithmetic = arithmetic};
  if (noise == NoiseKind::thermal) options.quantization.ranges.assign(quantized_tensors(graph).size(), range);
  Network network(std::move(graph), options);
  if (noise != NoiseKind::none) {
    network.set_noise({noise, uniform_energies(network.layers(), kEnergy), kSeed});
  }
  return network;
}

/// Those of floating point that the machine has.
std::vector<Arithmetic> arithmetics() {
  if (!onednn::bfloat16_products()) return {Arithmetic::float32};
  return {Arithmetic::float32, Arithmetic::bfloat16};
}

/// One layer of MiniLM or BERT-base.
RandomBert encoder(int64_t features) {
  return {.features = features,
          .heads = features / 64,
          .layers = 1,
          .intermediate = 4 * features,
          .positions = 512};
}

/// Lengths on both sides of every border between packs, and packs of 256 and 512 tokens, which lie on the
/// same sets of a cache.
RandomSequences sequences_for(const RandomBert& shape) {
  std::vector<SequenceLength> lengths;
  for (const int64_t length : {512, 256, 255, 100, 64, 40, 33, 17, 16, 7, 1})
    lengths.push_back({length, length});
  return {shape, lengths};
}

/// Down to the last stage of a ResNet50: 1x1 convolutions of 64 to 2048 channels, some of them with a stride.
Graph bottlenecks() {
  const RandomResNet net{.blocks = {1, 1, 1, 2}, .width = 64, .bottleneck = true, .stem_kernel = 7};
  return build_resnet(random_resnet(net), {.input_size = Shape{64, 64}});
}

/// Winograd with 256 channels and 256 tiles a map: two maps lie on the same sets of a cache.
Graph many_tiles() {
  const RandomResNet net{.blocks = {1}, .width = 256};
  return build_resnet(random_resnet(net), {.input_size = Shape{64, 64}});
}

/// With every number of threads and batch.
void check_equal_bits(const RandomBert& shape, NoiseKind noise, Arithmetic arithmetic) {
  const RandomSequences sequences = sequences_for(shape);
  const auto samples = indices(static_cast<int64_t>(sequences.size()), 20);
  std::vector<float> reference;
  for (const Run& how : kRuns) {
    CAPTURE(how.threads);
    CAPTURE(how.batch);
    Network network = compile(build(shape), noise, how, arithmetic);
    const auto logits = run(network, sequences.all(), samples);
    if (reference.empty()) reference = logits;
    CHECK(std::all_of(logits.begin(), logits.end(), [](float v) { return std::isfinite(v); }));
    CHECK(logits == reference);
  }
}

}  // namespace

TEST_CASE("wide encoders: logits have the same bits for every batch size, number of threads and pack") {
  for (const Arithmetic arithmetic : arithmetics()) {
    for (const int64_t features : {384, 768}) {
      for (const NoiseKind noise : {NoiseKind::none, NoiseKind::shot, NoiseKind::thermal}) {
        CAPTURE(name(arithmetic));
        CAPTURE(features);
        CAPTURE(name(noise));
        check_equal_bits(encoder(features), noise, arithmetic);
      }
    }
  }
}

TEST_CASE("wide encoders: a sequence has the same bits in a pack of any number of tokens") {
  const RandomBert shape = encoder(384);
  for (const Arithmetic arithmetic : arithmetics()) {
    for (int64_t others = 0; others <= 240; others += 16) {
      CAPTURE(name(arithmetic));
      CAPTURE(others);
      const int64_t length = std::max<int64_t>(others, 1);
      const RandomSequences sequences(shape, {{16, 16}, {length, length}});
      Network network = compile(build(shape), NoiseKind::shot, {1, 2}, arithmetic);
      const auto alone = run(network, {sequences[0]}, {0});
      const auto both = run(network, sequences.all(), {0, 1});
      CHECK(std::equal(alone.begin(), alone.end(), both.begin()));
    }
  }
}

TEST_CASE("wide ResNets: logits have the same bits for every batch size and number of threads") {
  constexpr int64_t kSamples = 5;
  const auto images = images_for(bottlenecks(), kSamples);
  for (const Arithmetic arithmetic : arithmetics()) {
    for (const NoiseKind noise : {NoiseKind::none, NoiseKind::shot, NoiseKind::thermal}) {
      CAPTURE(name(arithmetic));
      CAPTURE(name(noise));
      std::vector<float> reference;
      for (const Run& how : kRuns) {
        CAPTURE(how.threads);
        CAPTURE(how.batch);
        Network network = compile(bottlenecks(), noise, how, arithmetic);
        const auto logits = run(network, images, indices(kSamples));
        if (reference.empty()) reference = logits;
        CHECK(logits == reference);
      }
    }
  }
}

TEST_CASE(
    "logits have the same bits for every batch size and number of threads where Winograd has many tiles") {
  constexpr int64_t kSamples = 4;
  const auto images = images_for(many_tiles(), kSamples);
  std::vector<float> reference;
  for (const Run& how : std::vector<Run>{{1, 1}, {16, 1}, {1, 2}, {1, 4}, {2, 4}}) {
    CAPTURE(how.threads);
    CAPTURE(how.batch);
    Network network = compile(many_tiles(), NoiseKind::none, how);
    const auto logits = run(network, images, indices(kSamples));
    if (reference.empty()) reference = logits;
    CHECK(logits == reference);
  }
}
