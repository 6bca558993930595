#include "tests/support/random_bert.h"

#include <cmath>
#include <map>
#include <random>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "kernels/split_mix.h"
#include "tests/support/random_values.h"

namespace dpac::test {
namespace {

constexpr uint64_t kHashSeed = 2'102'06'365;  // As in tests/golden/hashed_weights.py.
constexpr double kSharp = 2;                  // Of queries and keys.

/// A weight's shape, and the interval its values are drawn from.
struct RandomWeight {
  Shape shape;
  double low = 0, high = 0;
};

/// By name.
class Weights {
 public:
  explicit Weights(const RandomBert& shape) : shape_(shape) {}

  std::map<std::string, RandomWeight> list() {
    add("embeddings.word_embeddings.weight", {shape_.vocabulary, shape_.features}, 1, 0);
    add("embeddings.position_embeddings.weight", {shape_.positions, shape_.features}, 0.5, 0);
    add("embeddings.token_type_embeddings.weight", {shape_.types, shape_.features}, 0.5, 0);
    layer_norm("embeddings.LayerNorm");
    for (int64_t i = 0; i < shape_.layers; ++i) encoder_layer(fmt::format("encoder.layer.{}.", i));
    linear("pooler.dense", shape_.features, shape_.features);
    if (shape_.classifier) linear("classifier", shape_.outputs, shape_.features);
    return std::move(weights_);
  }

 private:
  void encoder_layer(const std::string& layer) {
    linear(layer + "attention.self.query", shape_.features, shape_.features, kSharp);
    linear(layer + "attention.self.key", shape_.features, shape_.features, kSharp);
    linear(layer + "attention.self.value", shape_.features, shape_.features);
    linear(layer + "attention.output.dense", shape_.features, shape_.features);
    layer_norm(layer + "attention.output.LayerNorm");
    linear(layer + "intermediate.dense", shape_.intermediate, shape_.features);
    linear(layer + "output.dense", shape_.features, shape_.intermediate);
    layer_norm(layer + "output.LayerNorm");
  }

  void linear(const std::string& name, int64_t out, int64_t in, double gain = 1) {
    add(name + ".weight", {out, in}, gain * std::sqrt(3 / static_cast<double>(in)), 0);
    add(name + ".bias", {out}, 0.2, 0);
  }

  void layer_norm(const std::string& name) {
    add(name + ".weight", {shape_.features}, 0.3, 1);
    add(name + ".bias", {shape_.features}, 0.2, 0);
  }

  void add(const std::string& name, Shape shape, double scale, double mean) {
    weights_[name] = {std::move(shape), mean - scale, mean + scale};
  }

  RandomBert shape_;
  std::map<std::string, RandomWeight> weights_;
};

/// `make(number, weight)` gives the values of the number-th weight by name.
template <class Make>
Checkpoint filled(const RandomBert& shape, const Make& make) {
  Checkpoint checkpoint;
  checkpoint.path = "random_bert.h5";
  checkpoint.bert.emplace();
  checkpoint.bert->heads = shape.heads;
  checkpoint.bert->pooling = shape.pooling;
  for (uint32_t number = 0; const auto& [name, weight] : Weights(shape).list()) {
    checkpoint.weights.add(name, make(number++, weight), name);
  }
  return checkpoint;
}

}  // namespace

Checkpoint random_bert(const RandomBert& shape) {
  return filled(shape, [](uint32_t number, const RandomWeight& weight) {
    const auto count = static_cast<std::size_t>(element_count(weight.shape));
    const auto low = static_cast<float>(weight.low), high = static_cast<float>(weight.high);
    return Tensor(weight.shape, random_values(count, number + 1, low, high));
  });
}

Checkpoint hashed_bert(const RandomBert& shape) {
  return filled(shape, [](uint32_t number, const RandomWeight& weight) {
    SplitMix64 random(seed_of(kHashSeed, number));
    Tensor tensor(weight.shape);
    for (float& v : tensor.values()) v = static_cast<float>(random.uniform(weight.low, weight.high));
    return tensor;
  });
}

RandomSequences::RandomSequences(const RandomBert& shape, const std::vector<SequenceLength>& lengths,
                                 uint32_t seed) {
  std::mt19937 random(seed);
  for (std::size_t s = 0; s < lengths.size(); ++s) {
    const auto tokens = static_cast<std::size_t>(lengths[s].tokens);
    std::vector<int32_t> ids(tokens), types(tokens, 0);
    for (int32_t& id : ids) id = static_cast<int32_t>(random() % static_cast<uint32_t>(shape.vocabulary));
    const std::size_t second = random() % tokens;
    const bool pair = s % 2 == 1 && shape.types > 1;
    for (std::size_t t = second; pair && t < tokens; ++t) types[t] = 1;
    ids_.push_back(std::move(ids));
    types_.push_back(std::move(types));
    sequences_.push_back({ids_.back(), types_.back(), lengths[s].real});
  }
}

RandomSequences mixed_sequences(const RandomBert& shape, int64_t n, int64_t longest) {
  std::mt19937 random(17);
  std::vector<SequenceLength> lengths;
  for (int64_t i = 0; i < n; ++i) {
    const auto tokens = 1 + static_cast<int64_t>(random() % static_cast<uint32_t>(longest));
    lengths.push_back({tokens, tokens});
  }
  return {shape, lengths};
}

}  // namespace dpac::test
