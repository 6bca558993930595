// What is said of finite weights that cannot be: and of real ones, nothing.
#include "engine/networks/damaged_weights.h"

#include <vector>

#include <doctest/doctest.h>

#include "engine/networks/bert.h"
#include "engine/networks/resnet.h"
#include "tests/support/messages.h"
#include "tests/support/networks.h"
#include "tests/support/random_bert.h"
#include "tests/support/random_values.h"

using namespace dpac;
using test::contains;

namespace {

Checkpoint with(const std::string& name, std::vector<float> values) {
  Checkpoint checkpoint;
  const auto n = static_cast<int64_t>(values.size());
  checkpoint.weights.add(name, Tensor({n}, std::move(values)), "/place/of/it");
  return checkpoint;
}

/// A BatchNorm of 16 channels, all of variance 1 and gamma 1 but for the last.
Checkpoint batchnorm(float gamma, float variance) {
  std::vector<float> gammas(16, 1.0f);
  gammas.back() = gamma;
  Checkpoint checkpoint = with("layer1.0.bn1.weight", gammas);
  std::vector<float> variances(16, 1.0f);
  variances.back() = variance;
  checkpoint.weights.add("layer1.0.bn1.running_var", Tensor({16}, variances), "/variances");
  return checkpoint;
}

}  // namespace

TEST_CASE("a value of another exponent is told with tensor, place and value") {
  for (const std::size_t size : {std::size_t{8}, std::size_t{100}, std::size_t{100'000}}) {
    for (const float value : {1.2e37f, -1.2e37f, 1e8f}) {
      std::vector<float> values = test::random_values(size, 1);
      CHECK(damaged_weights(with("conv1.weight", values)).empty());
      values[size / 2 + 1] = value;
      const auto sentences = damaged_weights(with("conv1.weight", values));
      REQUIRE(sentences.size() == 1);
      CHECK(
          contains(sentences.front(), "conv1.weight (/place/of/it): value " + std::to_string(size / 2 + 1)));
      CHECK(contains(sentences.front(), value == 1e8f ? "1e+08" : "1.2e+37"));
    }
  }
}

TEST_CASE("pruned tensors, and those of few values, are not judged") {
  std::vector<float> pruned(1000, 0.0f);
  pruned[3] = 1.0f;
  CHECK(damaged_weights(with("conv1.weight", pruned)).empty());
  CHECK(damaged_weights(with("fc.bias", {1e-9f, 3.0f, 2.0f})).empty());
}

TEST_CASE("a folded scale beyond 1e4 is told, dead channels are not") {
  CHECK(damaged_weights(batchnorm(1.0f, 1e-45f)).empty());  // 316: epsilon holds it.
  CHECK(damaged_weights(batchnorm(0.0f, 0.0f)).empty());
  CHECK(damaged_weights(batchnorm(1.0f, 1e10f)).empty());  // A dead channel, or nearly.
  const auto sentences = damaged_weights(batchnorm(40.0f, 1e-45f));
  REQUIRE(sentences.size() == 1);
  CHECK(contains(sentences.front(),
                 "layer1.0.bn1.running_var (/variances): channel 15 has the variance 1.4e-45"));
  Checkpoint exact = batchnorm(1.0f, 1e-12f);
  CHECK(damaged_weights(exact).empty());
  exact.traits.batchnorm_epsilon = 1e-13;
  CHECK(damaged_weights(exact).size() == 1);
}

TEST_CASE("sound networks have no damaged layers") {
  CHECK(damaged_layers(build_resnet(test::random_resnet({}))).empty());
  for (const int64_t outputs : {1, 2, 3}) {
    CHECK(damaged_layers(build_bert(test::random_bert({.outputs = outputs}), {.tokens = 8})).empty());
  }
}

TEST_CASE("a layer is told whose pre-activations one channel takes far beyond the others") {
  // Too few values for damaged_weights().
  for (const int64_t outputs : {1, 2, 3}) {
    for (const float value : {1e37f, -1e37f, 1e9f}) {
      const Checkpoint sound = test::random_bert({.outputs = outputs});
      Checkpoint checkpoint;
      for (const auto& [name, entry] : sound.weights.entries()) {
        Tensor tensor(entry.tensor.shape(), entry.tensor.values());
        if (name == "classifier.bias") tensor.values().back() = value;
        checkpoint.weights.add(name, std::move(tensor), name);
      }
      CHECK(damaged_weights(checkpoint).empty());
      const auto sentences = damaged_layers(build_bert(checkpoint, {.heads = 2, .tokens = 8}));
      REQUIRE(sentences.size() == 1);
      CAPTURE(sentences.front());
      CHECK(contains(sentences.front(), "layer classifier: "));
      CHECK(contains(sentences.front(), "output channel " + std::to_string(outputs - 1) + " reach"));
      CHECK(contains(sentences.front(), "by classifier.bias"));
    }
  }
}

TEST_CASE("a layer is told that has one weight far beyond the others, by its output channel") {
  Graph graph;
  graph.add("input", InputOp{{3, 8, 8}});
  std::vector<float> values = test::random_values(std::size_t{8} * 3 * 3 * 3, 1);
  values[3 * 27 + 5] = 1e8f;
  graph.add("conv", ConvolutionOp{{.kernel = 3}, share(Tensor({8, 3, 3, 3}, values)), std::vector<float>(8)},
            {0});
  const auto sentences = damaged_layers(graph);
  REQUIRE(sentences.size() == 1);
  CAPTURE(sentences.front());
  CHECK(contains(sentences.front(), "layer conv: "));
  CHECK(contains(sentences.front(), "output channel 3"));
  CHECK(contains(sentences.front(), "conv.weight"));
}
