/// @file
/// BERT-base with random weights, from token ids to logits: what noise, and lengths that differ, cost. Runs
/// on as many threads as OMP_NUM_THREADS says.

#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "bench/report.h"
#include "engine/network.h"
#include "engine/networks/bert.h"
#include "engine/noise/calibrate.h"
#include "kernels/gaussian.h"

namespace dpac {
namespace {

constexpr int64_t kFeatures = 768, kInner = 3072, kLayers = 12, kHeads = 12, kVocabulary = 30522,
                  kPositions = 512;
constexpr double kBits = 8;
constexpr double kEnergy = 100;

/// Initialised as for training: weights of a standard deviation of 0.02, gains of one, biases of zero.
class BertBase {
 public:
  static Graph graph() {
    BertBase base;
    base.checkpoint_.bert.emplace().heads = kHeads;
    base.matrix("embeddings.word_embeddings", kVocabulary, kFeatures);
    base.matrix("embeddings.position_embeddings", kPositions, kFeatures);
    base.matrix("embeddings.token_type_embeddings", 2, kFeatures);
    base.layer_norm("embeddings.LayerNorm");
    for (int layer = 0; layer < kLayers; ++layer) base.layer(fmt::format("encoder.layer.{}.", layer));
    base.linear("pooler.dense", kFeatures, kFeatures);
    base.linear("classifier", 3, kFeatures);
    return build_bert(base.checkpoint_);
  }

 private:
  void matrix(const std::string& name, int64_t rows, int64_t columns) {
    Tensor values({rows, columns});
    fill_gaussian({.seed = ++seed_}, 0, values.values());
    for (float& v : values.values()) v *= 0.02f;
    checkpoint_.weights.add(name + ".weight", std::move(values), name);
  }

  void vector(const std::string& name, int64_t size, float value) {
    checkpoint_.weights.add(name, Tensor({size}, std::vector<float>(static_cast<std::size_t>(size), value)),
                            name);
  }

  void linear(const std::string& name, int64_t outputs, int64_t inputs) {
    matrix(name, outputs, inputs);
    vector(name + ".bias", outputs, 0);
  }

  void layer_norm(const std::string& name) {
    vector(name + ".weight", kFeatures, 1);
    vector(name + ".bias", kFeatures, 0);
  }

  void layer(const std::string& name) {
    for (const char* part : {"query", "key", "value"}) {
      linear(name + "attention.self." + part, kFeatures, kFeatures);
    }
    linear(name + "attention.output.dense", kFeatures, kFeatures);
    layer_norm(name + "attention.output.LayerNorm");
    linear(name + "intermediate.dense", kInner, kFeatures);
    linear(name + "output.dense", kFeatures, kInner);
    layer_norm(name + "output.LayerNorm");
  }

  Checkpoint checkpoint_;
  uint64_t seed_ = 0;
};

/// Sequences without padding. Time does not depend on what the tokens are.
class Text {
 public:
  explicit Text(const std::vector<int64_t>& lengths) : ids_(kPositions), types_(kPositions) {
    std::iota(ids_.begin(), ids_.end(), 1000);
    for (const int64_t length : lengths) {
      const auto count = static_cast<std::size_t>(length);
      sequences.push_back({std::span(ids_).first(count), std::span(types_).first(count), length});
      mean.mean += static_cast<double>(length) / static_cast<double>(lengths.size());
      mean.mean_square += static_cast<double>(length * length) / static_cast<double>(lengths.size());
    }
  }

  [[nodiscard]] Inputs inputs() const { return std::span(sequences); }

  std::vector<TokenSequence> sequences;
  TokenLengths mean;

 private:
  std::vector<int32_t> ids_, types_;
};

Quantization quantization_of(NoiseKind noise, const Graph& graph, const Text& text) {
  if (noise != NoiseKind::thermal) return {};
  const auto batches = [&](const BatchVisitor& visit) { visit(text.inputs()); };
  return {.weight_bits = kBits,
          .activation_bits = kBits,
          .ranges = calibrate(graph, CalibrationMethod::ema, 0, batches)};
}

/// Bound: one fused multiply-add of 16 lanes a cycle and core on Zen 4 (in integers four times as many);
/// items are multiply-adds, bytes those of the weights.
void run_bert(benchmark::State& state, NoiseKind noise, const std::vector<int64_t>& lengths) {
  static const Graph base = BertBase::graph();
  const Text text(lengths);
  Graph graph = base;
  graph.lengths = text.mean;
  const auto batch = static_cast<int64_t>(lengths.size());
  Network network(std::move(graph),
                  {.batch = batch, .noise = noise, .quantization = quantization_of(noise, base, text)});
  if (noise != NoiseKind::none) network.set_noise({noise, uniform_energies(network.layers(), kEnergy), 1});

  std::vector<int64_t> samples(lengths.size());
  std::iota(samples.begin(), samples.end(), 0);
  std::vector<float> logits(lengths.size() * static_cast<std::size_t>(network.classes()));
  network.run(text.inputs(), samples, logits);
  for (auto _ : state) {
    for (int64_t& sample : samples) sample += batch;
    network.run(text.inputs(), samples, logits);
    benchmark::DoNotOptimize(logits.data());
  }
  bench::report(state, total_macs(network.layers()) * batch, 4 * network.graph().parameters);
  state.counters["per_sample"] = {static_cast<double>(batch), benchmark::Counter::kIsIterationInvariantRate |
                                                                  benchmark::Counter::kInvert};
}

/// From 10 to 68 tokens, 39 on average, as pairs of MNLI have.
std::vector<int64_t> mixed_lengths(int64_t count) {
  std::vector<int64_t> lengths;
  for (int64_t i = 0; i < count; ++i) lengths.push_back(10 + i * 37 % 59);
  return lengths;
}

void register_noise(NoiseKind noise) {
  const auto add = [noise](std::string_view what, const std::vector<int64_t>& lengths) {
    const std::string title = fmt::format("bert_base/{}/{}", name(noise), what);
    benchmark::RegisterBenchmark(title.c_str(), run_bert, noise, lengths)
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
  };
  const int64_t whole_draw = noise == NoiseKind::weight ? kSamplesPerDraw : 16;
  add("1x128", {128});
  add(fmt::format("{}x128", whole_draw), std::vector<int64_t>(static_cast<std::size_t>(whole_draw), 128));
  add("64 mixed", mixed_lengths(64));
}

const bool registered = [] {
  for (const NoiseKind noise : {NoiseKind::none, NoiseKind::shot, NoiseKind::thermal, NoiseKind::weight}) {
    register_noise(noise);
  }
  return true;
}();

}  // namespace
}  // namespace dpac
