// Derivatives of a BERT against PyTorch's autograd in float64 with the same noise values, quantised or not:
// tests/golden/make_bert_gradients.py documents every dataset.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "engine/networks/bert.h"
#include "learn/differentiator.h"
#include "loaders/hdf5/hdf5_file.h"
#include "tests/support/bert_runs.h"
#include "tests/support/token_cases.h"

using namespace dpac;
using namespace dpac::test;

namespace {

/// A network with its batch, and what PyTorch says of it in several cases.
struct Golden {
  Golden(const std::string& name, const RandomBert& bert)
      : shape(bert),
        file(Hdf5File::open(std::filesystem::path(DPAC_GOLDEN_DIR) / "gradients" / (name + ".h5"))),
        ids(lists_of(file, "ids", "ends")),
        types(lists_of(file, "types", "ends")),
        samples(file.read_integers("samples")) {
    const std::vector<int64_t> real = file.read_integers("real");
    for (std::size_t s = 0; s < real.size(); ++s) sequences.push_back({ids[s], types[s], real[s]});
    if (shape.outputs == 1) {
      const Tensor values = file.read_floats("scores");
      scores.assign(values.values().begin(), values.values().end());
    } else {
      for (const int64_t label : file.read_integers("labels")) labels.push_back(static_cast<int>(label));
    }
  }

  [[nodiscard]] Graph graph() const { return build_bert(hashed_bert(shape), {.tokens = shape.positions}); }

  [[nodiscard]] Quantization quantization(bool six_bits) const {
    Quantization quantization;
    for (const QuantizedTensor& tensor : quantized_tensors(graph())) {
      const Tensor ends = file.read_floats("ranges/" + tensor.name);
      quantization.ranges.push_back({ends.values()[0], ends.values()[1]});
    }
    if (six_bits) quantization.weight_bits = quantization.activation_bits = 6.0;
    return quantization;
  }

  /// The values of every layer's channels, which lie one after another.
  [[nodiscard]] Energies by_layer(const std::string& path, const std::vector<AnalogLayer>& layers) const {
    const Tensor all = file.read_floats(path);
    Energies values;
    for (auto from = all.values().begin(); const AnalogLayer& layer : layers) {
      values.emplace_back(from, from + layer.out_channels);
      from += layer.out_channels;
    }
    return values;
  }

  RandomBert shape;
  Hdf5File file;
  std::vector<std::vector<int32_t>> ids, types;
  std::vector<int64_t> samples;
  std::vector<TokenSequence> sequences;
  std::vector<int> labels;
  std::vector<float> scores;
};

struct Case {
  const char* group;
  NoiseKind noise;
  bool six_bits = false;
};

/// Largest difference over the largest value; the difference itself where all values are zero.
template <class Values>
double error_of(const Values& found, std::span<const float> expected) {
  REQUIRE(found.size() == expected.size());
  double difference = 0, largest = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto value = static_cast<double>(expected[i]);
    const double error = std::abs(static_cast<double>(found[i]) - value);
    difference = std::isnan(error) ? INFINITY : std::max(difference, error);
    largest = std::max(largest, std::abs(value));
  }
  return largest > 0 ? difference / largest : difference;
}

void check(const Golden& golden, const Case& c, uint64_t seed) {
  const std::string group = c.group;
  CAPTURE(group);
  Differentiator differentiator(
      golden.graph(),
      {.noise = c.noise, .batch = 4, .threads = 1, .quantization = golden.quantization(c.six_bits)});
  const std::vector<AnalogLayer>& layers = differentiator.layers();
  differentiator.set_noise(
      {.kind = c.noise, .energies = golden.by_layer(group + "/energies", layers), .seed = seed}, 0);
  const BatchDerivative found =
      differentiator.run(std::span<const TokenSequence>(golden.sequences), golden.samples,
                         loss_of({.labels = golden.labels, .scores = golden.scores}));
  CHECK(error_of(std::vector<double>{found.loss}, golden.file.read_floats(group + "/loss").values()) < 1e-5);
  CHECK(error_of(found.logits, golden.file.read_floats(group + "/logits").values()) < 2e-5);
  const Energies gradients = golden.by_layer(group + "/gradients", layers);
  for (std::size_t l = 0; l < layers.size(); ++l) {
    CAPTURE(layers[l].name);
    CHECK(error_of(found.values[l], gradients[l]) < 1e-4);
  }
}

}  // namespace

TEST_CASE("gradients of a BERT's log E are PyTorch's, quantised or not") {
  // Seeds and sizes are those of the script.
  const RandomBert classes{
      .features = 12, .heads = 2, .layers = 2, .intermediate = 20, .vocabulary = 30, .positions = 8};
  const RandomBert score{.features = 20,
                         .heads = 4,
                         .layers = 1,
                         .intermediate = 10,
                         .vocabulary = 30,
                         .positions = 8,
                         .outputs = 1};
  for (const auto& [golden, first_seed] :
       {std::pair{Golden("bert_classes", classes), 62}, {Golden("bert_score", score), 70}}) {
    CAPTURE(golden.shape.outputs);
    auto seed = static_cast<uint64_t>(first_seed);
    for (const Case& c : {Case{"thermal_6bits", NoiseKind::thermal, true},
                          {"weight_6bits", NoiseKind::weight, true},
                          {"shot_6bits", NoiseKind::shot, true},
                          {"thermal", NoiseKind::thermal},
                          {"weight", NoiseKind::weight},
                          {"shot", NoiseKind::shot}}) {
      check(golden, c, seed++);
    }
  }
}
