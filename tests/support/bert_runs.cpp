#include "tests/support/bert_runs.h"

#include <algorithm>

#include "engine/networks/bert.h"
#include "engine/observer.h"

namespace dpac::test {
namespace {

std::map<std::string, ValueRange> by_name(const Graph& graph, const Ranges& ranges) {
  std::map<std::string, ValueRange> named;
  const auto tensors = quantized_tensors(graph);
  for (std::size_t t = 0; t < ranges.size(); ++t) named[tensors[t].name] = ranges[t];
  return named;
}

}  // namespace

std::vector<BertCase> bert_cases() {
  const RandomBert odd{.features = 52, .intermediate = 40, .outputs = 2};
  const RandomBert narrow{.features = 20, .heads = 4, .layers = 1, .intermediate = 27, .outputs = 5};
  const RandomBert embedding{.features = 36, .heads = 3, .layers = 1, .classifier = false};
  RandomBert first = embedding;
  first.pooling = SentencePooling::first_token;
  const RandomBert regression{.heads = 1, .layers = 1, .types = 1, .outputs = 1};
  const RandomBert long_text{
      .features = 20, .heads = 2, .layers = 1, .intermediate = 16, .vocabulary = 90, .positions = 300};
  return {{"whole vectors", {}, {{16, 16}, {3, 3}}},
          {"head size 26, padding", odd, {{11, 7}, {20, 20}, {1, 1}}},
          {"20 features, head size 5", narrow, {{17, 17}, {9, 1}, {2, 2}}},
          {"sentence embeddings", embedding, {{6, 6}, {13, 10}, {1, 1}}},
          {"first tokens as embeddings", first, {{6, 6}, {13, 10}, {1, 1}}},
          {"regression, one head, one type", regression, {{5, 5}, {8, 8}}},
          {"more than 256 tokens", long_text, {{271, 271}, {290, 260}}}};
}

Graph build(const RandomBert& shape) {
  return build_bert(random_bert(shape), {.tokens = shape.positions});
}

std::vector<NoiseCase> noise_cases() {
  return {
      {"none", NoiseKind::none},
      {"none, 8 bits", NoiseKind::none, 8, 8},
      {"shot", NoiseKind::shot},
      {"shot, 8 bits", NoiseKind::shot, 8, 8},
      {"shot, repeats", NoiseKind::shot, {}, {}, true},
      {"thermal", NoiseKind::thermal},
      {"thermal, 8 bits", NoiseKind::thermal, 8, 8},
      {"thermal, fractional bits, repeats", NoiseKind::thermal, 5.3, 6.7, true},
      {"weight", NoiseKind::weight},
      {"weight, 8 bits", NoiseKind::weight, 8, 8},
      {"weight, 8 bits, repeats", NoiseKind::weight, 8, 8, true},
      {"shot, thermal", NoiseKind::shot + NoiseKind::thermal, {}, {}},
      {"programming", NoiseKind::programming, {}, {}},
      {"output, 8 bits", NoiseKind::output, 8, 8},
      {"thermal, output", NoiseKind::thermal + NoiseKind::output, {}, {}},
      {"all, repeats",
       NoiseKind::shot + NoiseKind::thermal + NoiseKind::output + NoiseKind::weight + NoiseKind::programming,
       {},
       {},
       true}};
}

Ranges bert_ranges(const RandomBert& shape, const RandomSequences& sequences) {
  constexpr float kNarrower = 0.9f;
  const Checkpoint checkpoint = random_bert(shape);
  std::map<std::string, ValueRange> seen;
  for (const TokenSequence& sequence : sequences.all()) {
    for (const auto& [name, values] : run_bert_oracle(checkpoint, sequence).tensors) {
      const std::vector<float> floats(values.begin(), values.end());
      seen[name].join(range_of(floats));
    }
  }
  Ranges ranges;
  for (const QuantizedTensor& tensor : quantized_tensors(build(shape))) {
    const ValueRange own = seen.at(tensor.name);
    ranges.push_back({kNarrower * own.min, kNarrower * own.max});
  }
  return ranges;
}

BertOracleSetup bert_setup(const NoiseCase& model, const Graph& graph, const Ranges& ranges, int64_t sample) {
  return {.noise = noise_of(model, analog_layers(graph)),
          .xi = [sample](int l, int64_t c, int64_t p, int64_t pixels,
                         int k) { return xi(l, sample, c, p, pixels, k); },
          .weight_xi = [sample](NoiseStream stream, int l, int64_t e,
                                int k) { return weight_xi(stream, l, sample / 32, e, k); },
          .weight_bits = model.weight_bits,
          .activation_bits = model.activation_bits,
          .ranges = by_name(graph, ranges)};
}

std::vector<float> run(Network& network, const std::vector<TokenSequence>& sequences,
                       const std::vector<int64_t>& samples, std::size_t configurations) {
  std::vector<float> logits(configurations * samples.size() *
                            static_cast<std::size_t>(output_channels(network.graph())));
  network.run(std::span<const TokenSequence>(sequences), samples, logits);
  return logits;
}

void ValueRecorder::value(const ValueView& view) {
  std::vector<float> plain(static_cast<std::size_t>(view.map.channels * view.map.pixels));
  to_plain(view.map, view.values, plain);
  const std::lock_guard lock(value_mutex_);
  values[{view.sample, graph_.nodes[static_cast<std::size_t>(view.node)].name}] = std::move(plain);
}

}  // namespace dpac::test
