// The three noises with quantisers and repeats against the double-precision oracle, and what may not change a
// result.

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "engine/network.h"
#include "engine/networks/resnet.h"
#include "engine/noise/calibrate.h"
#include "engine/onednn/onednn.h"
#include "kernels/error.h"
#include "tests/support/isa_scope.h"
#include "tests/support/network_runs.h"
#include "tests/support/oracle.h"
#include "tests/support/random_values.h"

using namespace dpac;
using namespace dpac::test;

namespace {

constexpr int64_t kSample = 4321;

Ranges ranges_of(const Graph& graph) {
  const auto images = images_for(graph, 8);
  return calibrate(graph, CalibrationMethod::ema, 1, [&](const BatchVisitor& visit) { visit(images); });
}

std::vector<NoiseCase> models() {
  return {
      {"thermal, 8 bits", NoiseKind::thermal, 8, 8},
      {"thermal, no quantiser", NoiseKind::thermal, {}, {}},
      {"thermal, fractional bits, repeats", NoiseKind::thermal, 5.3, 6.7, true},
      {"weight, 8 bits", NoiseKind::weight, 8, 8},
      {"weight, no quantiser", NoiseKind::weight, {}, {}},
      {"weight, 8 bits, repeats", NoiseKind::weight, 8, 8, true},
      {"shot, 8 bits", NoiseKind::shot, 8, 8},
      {"shot, repeats", NoiseKind::shot, {}, {}, true},
      {"shot and thermal", NoiseKind::shot + NoiseKind::thermal, {}, {}},
      {"programming, 8 bits", NoiseKind::programming, 8, 8},
      {"thermal and weight, 8 bits", NoiseKind::thermal + NoiseKind::weight, 8, 8},
      {"output, 8 bits", NoiseKind::output, 8, 8},
      {"output, repeats", NoiseKind::output, {}, {}, true},
      {"all, repeats",
       NoiseKind::shot + NoiseKind::thermal + NoiseKind::output + NoiseKind::weight + NoiseKind::programming,
       {},
       {},
       true},
      {"no noise, 8 bits", NoiseKind::none, 8, 8},
      {"no noise, weights only", NoiseKind::none, 4, {}}};
}

/// Of the last tensor with a quantiser.
ValueRange range_of_logits(const Graph& graph, const Ranges& ranges) {
  return ranges.at(quantized_tensors(graph).size() - 1);
}

OracleSetup oracle_setup(const NoiseCase& model, const Network& network, const Ranges& ranges) {
  return {.noise = noise_of(model, network.layers()),
          .xi = [](int l, int64_t c, int64_t p, int64_t pixels,
                   int k) { return xi(l, kSample, c, p, pixels, k); },
          .weight_xi = [](NoiseStream stream, int l, int64_t e,
                          int k) { return weight_xi(stream, l, kSample / 32, e, k); },
          .quantization = options_of(model, ranges).quantization};
}

/// A network small enough for many runs, with a projection.
NetworkCase small_case() {
  return network_cases()[0];
}

}  // namespace

TEST_CASE("every noise, quantised or not, equals the oracle layer by layer") {
  for (const NoiseCase& model : models()) {
    CAPTURE(std::string(model.what));
    for (const NetworkCase& c : network_cases()) {
      CAPTURE(c.what);
      const Graph graph = build(c);
      const Ranges ranges = ranges_of(graph);
      NetworkOptions options = options_of(model, ranges);
      options.keep_pre_activations = true;
      Network network(build(c), options);
      network.set_noise(noise_of(model, network.layers()));
      const auto image = images_for(graph, 1);
      Recorder recorder;
      std::vector<float> logits(static_cast<std::size_t>(output_channels(graph)));
      network.run_observed(image, std::vector<int64_t>{kSample}, logits, recorder);

      OracleSetup setup = oracle_setup(model, network, ranges);
      setup.observed_input = [&](int l) -> const std::vector<float>& {
        return recorder.records.at({kSample, l}).input;
      };
      const OracleRun reference = run_oracle(graph, image, setup);
      REQUIRE(recorder.records.size() == reference.layers.size());
      for (std::size_t l = 0; l < reference.layers.size(); ++l) {
        CAPTURE(network.layers()[l].name);
        const auto& found = recorder.records.at({kSample, static_cast<int>(l)});
        CHECK(relative_error(reference.layers[l].pre, found.pre.data()) < 2e-5);
        CHECK(relative_error(reference.layers[l].noisy, found.noisy.data()) < 2e-5);
        if (model.kind != NoiseKind::none)
          CHECK(relative_error(reference.layers[l].sigma, found.sigma.data()) < 2e-5);
      }
      // The oracle's own values meet the quantisers' rounding edges elsewhere now and then, so codes are
      // compared.
      const double step = static_cast<double>(range_of_logits(graph, ranges).width()) / 255;
      if (model.activation_bits) CHECK(share_of_other_codes(reference.logits, logits, step) <= 0.1);
      if (!model.activation_bits) CHECK(relative_error(reference.logits, logits.data()) < 2e-5);
    }
  }
}

TEST_CASE("quantised inputs of all layers are the oracle's codes but for rounding edges") {
  const NoiseCase model{"no noise, 8 bits", NoiseKind::none, 8, 8};
  for (const NetworkCase& c : network_cases()) {
    CAPTURE(c.what);
    const Graph graph = build(c);
    const Ranges ranges = ranges_of(graph);
    NetworkOptions options = options_of(model, ranges);
    options.keep_pre_activations = true;
    Network network(build(c), options);
    const auto image = images_for(graph, 1);
    Recorder recorder;
    std::vector<float> logits(static_cast<std::size_t>(output_channels(graph)));
    network.run_observed(image, std::vector<int64_t>{kSample}, logits, recorder);
    const OracleRun reference = run_oracle(graph, image, oracle_setup(model, network, ranges));
    for (std::size_t l = 0; l < reference.layers.size(); ++l) {
      CAPTURE(network.layers()[l].name);
      const auto& found = recorder.records.at({kSample, static_cast<int>(l)});
      const double largest =
          std::abs(*std::max_element(reference.layers[l].input.begin(), reference.layers[l].input.end()));
      CHECK(share_of_other_codes(reference.layers[l].input, found.input, largest / 255) < 0.02);
    }
  }
}

/// Two layers, the first one with borders, of so many groups; the second one's outputs are the logits.
Graph two_convolutions(int64_t groups) {
  constexpr int64_t kChannels = 32, kOutputs = 500;
  const auto weights = [](const Shape& shape, uint32_t seed) {
    return share(Tensor(shape, random_values(static_cast<std::size_t>(element_count(shape)), seed)));
  };
  Graph graph;
  graph.add("input", InputOp{{32, 9, 7}});
  graph.add("first",
            ConvolutionOp{{3, 1, 1, 1, 1, 1, 1},
                          weights({kChannels, 32 / groups, 3, 3}, 1),
                          std::vector<float>(kChannels, 0.1f),
                          groups},
            {0});
  graph.add("relu", ActivationOp{}, {1});
  graph.add(
      "second",
      ConvolutionOp{{{9, 7}}, weights({kOutputs, kChannels, 9, 7}, 2), std::vector<float>(kOutputs, 0.0f)},
      {2});
  return graph;
}

// Sums of squares are exact in integers and rounded in float32, so that a code of the first layer meets a
// rounding edge elsewhere now and then, and moves all logits by a hundredth of a step. A sigma that is off by
// 1 % would change most codes: it is 10 to 40 steps.
TEST_CASE("noise of outputs in integers is that of float32, code by code") {
  if (!onednn::exact_integer_products()) {
    MESSAGE("skipped: no VNNI here");
    return;
  }
  for (const NoiseCase& model :
       {NoiseCase{"thermal", NoiseKind::thermal, 8, 8}, NoiseCase{"none", NoiseKind::none, 8, 8},
        NoiseCase{"shot", NoiseKind::shot, 8, 8}, NoiseCase{"shot, repeats", NoiseKind::shot, 8, 8, true},
        NoiseCase{"together", NoiseKind::shot + NoiseKind::thermal, 8, 8}}) {
    CAPTURE(std::string(model.what));
    for (const int64_t groups : {1, 2}) {
      CAPTURE(groups);
      const Graph graph = two_convolutions(groups);
      const auto images = images_for(graph, 3);
      const Ranges ranges =
          calibrate(graph, CalibrationMethod::ema, 1, [&](const BatchVisitor& visit) { visit(images); });
      NetworkOptions options = options_of(model, ranges, 2, 2);
      Network integers(graph, options);
      options.arithmetic = Arithmetic::float32;
      Network floats(graph, options);
      REQUIRE(integers.arithmetic() == "int8");
      for (Network* network : {&integers, &floats}) network->set_noise(noise_of(model, network->layers()));
      const auto found = run(integers, images, indices(3)), expected = run(floats, images, indices(3));
      const double step = static_cast<double>(range_of_logits(graph, ranges).width()) / 255;
      CHECK(share_of_other_codes({expected.begin(), expected.end()}, found, step) < 0.08);
    }
  }
}

TEST_CASE("integers give what float32 gives, but for codes on a rounding edge") {
  if (!onednn::exact_integer_products()) {
    MESSAGE("skipped: no VNNI here");
    return;
  }
  for (const NoiseCase& model :
       {NoiseCase{"none", NoiseKind::none, 8, 8}, NoiseCase{"thermal", NoiseKind::thermal, 8, 8},
        NoiseCase{"output", NoiseKind::output, 8, 8},
        NoiseCase{"thermal, fewer bits, repeats", NoiseKind::thermal, 5.3, 6.7, true}}) {
    CAPTURE(std::string(model.what));
    for (const NetworkCase& c : network_cases()) {
      CAPTURE(std::string(c.what));
      const Graph graph = build(c);
      Ranges ranges = ranges_of(graph);
      for (ValueRange& range : ranges) range.join({0, 0});  // Padding needs the code of zero.
      NetworkOptions options = options_of(model, ranges, 4, 2);
      Network integers(build(c), options);
      options.arithmetic = Arithmetic::float32;
      Network floats(build(c), options);
      REQUIRE(integers.arithmetic() == "int8");
      REQUIRE(floats.arithmetic() == "float32");
      const auto images = images_for(graph, 6);
      for (Network* network : {&integers, &floats}) network->set_noise(noise_of(model, network->layers()));
      const auto found = run(integers, images, indices(6)), expected = run(floats, images, indices(6));
      const double step = static_cast<double>(range_of_logits(graph, ranges).width()) / 255;
      double worst = 0;
      for (std::size_t i = 0; i < found.size(); ++i) {
        worst = std::max(worst, std::abs(static_cast<double>(found[i]) - static_cast<double>(expected[i])));
      }
      // Bytes that are joined are rounded once more, to one grid.
      const bool joins = std::any_of(graph.nodes.begin(), graph.nodes.end(), [](const Node& node) {
        return std::holds_alternative<ConcatOp>(node.op);
      });
      CHECK(worst < (joins ? 6 : 3.5) * step);
      CHECK(share_of_other_codes({expected.begin(), expected.end()}, found, step) < (joins ? 0.6 : 0.2));
    }
  }
}

TEST_CASE("where codes lie far from zero, sums could overflow, and float32 is used") {
  if (!onednn::exact_integer_products()) return;
  const NoiseCase model{"none", NoiseKind::none, 8, 8};
  Graph graph = build(small_case());
  const Ranges ranges = ranges_of(graph);
  CHECK(Network(graph, options_of(model, ranges)).arithmetic() == "int8");
  auto& second = std::get<ConvolutionOp>(graph.nodes[3].op);
  Tensor weights(second.weights->shape(), second.weights->values());
  for (std::size_t i = 0; float& w : weights.values()) w = 0.1f * (1 + 1e-5f * static_cast<float>(i++ % 7));
  second.weights = share(std::move(weights));
  CHECK(Network(graph, options_of(model, ranges)).arithmetic() == "float32");
}

TEST_CASE("results have the same bits for every batch size, number of threads and instruction set") {
  constexpr int64_t kSamples = 33,
                    kFirst = 20;  // Over two borders between groups that share a draw of weights.
  const IsaScope scope;
  const Graph graph = build(small_case());
  const Ranges ranges = ranges_of(graph);
  const auto images = images_for(graph, kSamples);
  for (const NoiseCase& model : models()) {
    CAPTURE(std::string(model.what));
    std::vector<float> reference;
    for (const Isa isa : supported_isas()) {
      CAPTURE(name(isa));
      force_isa(isa);
      for (const auto& split :
           std::vector<std::pair<int64_t, int>>{{1, 1}, {1, 3}, {5, 2}, {16, 1}, {33, 4}}) {
        CAPTURE(split.first);  // Captured by name: structured bindings cannot be, in Clang 16 with OpenMP.
        CAPTURE(split.second);
        Network network(build(small_case()), options_of(model, ranges, split.first, split.second));
        network.set_noise(noise_of(model, network.layers()));
        const auto logits = run(network, images, indices(kSamples, kFirst));
        if (reference.empty()) reference = logits;
        CHECK(std::memcmp(logits.data(), reference.data(), logits.size() * sizeof(float)) == 0);
        if (isa == Isa::scalar) break;
      }
    }
  }
}

TEST_CASE("several configurations at once give what each gives alone") {
  const Graph graph = build(small_case());
  const Ranges ranges = ranges_of(graph);
  const auto images = images_for(graph, 7);
  for (const NoiseCase& model : models()) {
    CAPTURE(std::string(model.what));
    Network network(build(small_case()), options_of(model, ranges, 3, 2));
    const std::vector<NoiseConfig> configs = four_configurations(model, network.layers());
    std::vector<float> expected;
    for (const NoiseConfig& config : configs) {
      network.set_noise(config);
      const auto alone = run(network, images, indices(7, 28));
      expected.insert(expected.end(), alone.begin(), alone.end());
    }
    network.set_noise(configs);
    CHECK(run(network, images, indices(7, 28), configs.size()) == expected);
  }
}

// 10,000 draws of each of 576 elements: the pooled standard deviation is known to 0.03 %.
TEST_CASE("10,000 draws of one layer have its sigma to 1 %, and their mean is the clean value") {
  constexpr int kDraws = 10000;
  NetworkCase c = small_case();
  c.input = {6, 6};
  c.net.blocks = {1};
  const Graph graph = build(c);
  const Ranges ranges = ranges_of(graph);
  const auto image = images_for(graph, 1);
  for (const NoiseCase& model :
       {models()[0], models()[6], models()[7], models()[8], models()[11], models()[13]}) {
    CAPTURE(std::string(model.what));
    NetworkOptions options = options_of(model, ranges);
    options.keep_pre_activations = true;
    Network network(build(c), options);
    std::vector<float> logits(static_cast<std::size_t>(output_channels(graph)));
    double squares = 0, sum = 0, count = 0;
    for (int draw = 0; draw < kDraws; ++draw) {
      network.set_noise(noise_of(model, network.layers(), static_cast<uint64_t>(draw)));
      Recorder recorder;
      network.run_observed(image, std::vector<int64_t>{kSample}, logits, recorder);
      const auto& layer = recorder.records.at({kSample, 0});
      for (std::size_t i = 0; i < layer.sigma.size(); ++i) {
        const double deviation =
            static_cast<double>(layer.noisy[i] - layer.pre[i]) / static_cast<double>(layer.sigma[i]);
        sum += deviation;
        squares += deviation * deviation;
      }
      count += static_cast<double>(layer.sigma.size());
    }
    CHECK(std::abs(sum / count) < 5 / std::sqrt(count));
    CHECK(std::abs(std::sqrt(squares / count) - 1) < 0.01);
  }
}

TEST_CASE("32 neighbouring samples share a draw of the weights, others do not") {
  const Graph graph = build(small_case());
  const auto one = images_for(graph, 1);
  Network network(build(small_case()), options_of({"", NoiseKind::weight, {}, {}}, {}));
  network.set_noise({NoiseKind::weight, uniform_energies(network.layers(), 10), kSeed});
  const auto at = [&](int64_t sample) { return run(network, one, {sample}); };
  const auto first = at(32);
  CHECK(at(63) == first);
  CHECK(at(31) != first);
  CHECK(at(64) != first);
  CHECK(at(40) == first);
}

TEST_CASE("calibration finds the range of every operation's output before its ReLU") {
  for (const NetworkCase& c : network_cases()) {
    CAPTURE(c.what);
    const Graph graph = build(c);
    const auto images = images_for(graph, 1);
    const Ranges ranges =
        calibrate(graph, CalibrationMethod::ema, 1, [&](const BatchVisitor& visit) { visit(images); });
    const OracleRun reference = run_oracle(graph, images, {});
    const std::vector<AnalogLayer> layers = analog_layers(graph);
    std::map<std::string, ValueRange> found;
    for (std::size_t t = 0; const QuantizedTensor& tensor : calibrated_tensors(graph)) {
      found[tensor.name] = ranges.at(t++);
    }
    for (std::size_t l = 0; l < layers.size(); ++l) {
      CAPTURE(layers[l].name);
      const auto before = found.find(layers[l].name + ".pre_activation");
      const ValueRange own = before == found.end() ? found.at(layers[l].name) : before->second;
      const auto [min, max] =
          std::minmax_element(reference.layers[l].pre.begin(), reference.layers[l].pre.end());
      CHECK(static_cast<double>(own.min) == doctest::Approx(*min).epsilon(1e-5));
      CHECK(static_cast<double>(own.max) == doctest::Approx(*max).epsilon(1e-5));
    }
  }
}

TEST_CASE("output noise needs ranges before ReLUs, quantisers do not") {
  const Graph graph = build(small_case());
  Ranges ranges = ranges_of(graph);
  ranges.resize(quantized_tensors(graph).size());
  CHECK_NOTHROW(Network(graph, options_of({"", NoiseKind::thermal, 8, 8}, ranges)));
  CHECK_THROWS_WITH_AS(Network(graph, options_of({"", NoiseKind::output, 8, 8}, ranges)),
                       doctest::Contains(".pre_activation', which output noise needs: calibrate once more"),
                       Error);
  ranges.pop_back();
  CHECK_THROWS_AS(Network(graph, options_of({"", NoiseKind::thermal, 8, 8}, ranges)), Error);
}

TEST_CASE("thermal noise and quantisers need ranges that fit") {
  const NetworkCase c = small_case();
  CHECK_THROWS_WITH_AS(Network(build(c), {.noise = NoiseKind::thermal}),
                       doctest::Contains("ranges of 0 tensors were given, but the network has"), Error);
  Ranges ranges = ranges_of(build(c));
  std::swap(ranges[1].min, ranges[1].max);
  CHECK_THROWS_WITH_AS(Network(build(c), options_of(models()[0], ranges)),
                       doctest::Contains("tensor 'conv1'"), Error);
  ranges = ranges_of(build(c));
  NetworkOptions options = options_of(models()[0], ranges);
  options.quantization.weight_bits = 0.5;
  CHECK_THROWS_WITH_AS(Network(build(c), options), doctest::Contains("0.5"), Error);
}
