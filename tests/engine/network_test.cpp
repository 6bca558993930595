#include "engine/network.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include <doctest/doctest.h>

#include "engine/networks/resnet.h"
#include "engine/onednn/onednn.h"
#include "kernels/error.h"
#include "kernels/gaussian.h"
#include "tests/support/isa_scope.h"
#include "tests/support/network_runs.h"
#include "tests/support/oracle.h"
#include "tests/support/random_graphs.h"

using namespace dpac;
using namespace dpac::test;

TEST_CASE("clean logits equal the double-precision oracle's") {
  for (const NetworkCase& c : network_cases()) {
    CAPTURE(c.what);
    const Graph oracle_graph = build(c);
    Network network(build(c), {.batch = 2, .threads = 1});
    const auto images = images_for(oracle_graph, 2);
    const auto logits = run(network, images, indices(2));
    const std::size_t size = images.size() / 2;
    for (std::size_t s = 0; s < 2; ++s) {
      const std::vector<float> image(images.begin() + static_cast<long>(s * size),
                                     images.begin() + static_cast<long>((s + 1) * size));
      const auto reference = test::run_oracle(oracle_graph, image).logits;
      CHECK(test::relative_error(reference, logits.data() + s * reference.size()) < 2e-5);
    }
  }
}

TEST_CASE("sigma, pre-activation, noise and logits equal the double-precision oracle's, layer by layer") {
  for (const NetworkCase& c : network_cases()) {
    CAPTURE(c.what);
    const Graph graph = build(c);
    Network network(build(c),
                    {.batch = 1, .threads = 1, .noise = NoiseKind::shot, .keep_pre_activations = true});
    const Energies energies = varied_energies(network.layers());
    network.set_noise({NoiseKind::shot, energies, kSeed});
    const auto image = images_for(graph, 1);
    const std::vector<int64_t> samples = {4321};
    Recorder recorder;
    std::vector<float> logits(static_cast<std::size_t>(output_channels(graph)));
    network.run_observed(image, samples, logits, recorder);
    const auto reference = test::run_oracle(
        graph, image,
        {.noise = {NoiseKind::shot, energies, kSeed},
         .xi = [](int l, int64_t ch, int64_t p, int64_t pixels, int) { return xi(l, 4321, ch, p, pixels); }});
    REQUIRE(recorder.records.size() == reference.layers.size());
    for (std::size_t l = 0; l < reference.layers.size(); ++l) {
      CAPTURE(network.layers()[l].name);
      const auto& found = recorder.records.at({4321, static_cast<int>(l)});
      const auto& expected = reference.layers[l];
      REQUIRE(found.sigma.size() == expected.sigma.size());
      CHECK(test::relative_error(expected.input, found.input.data()) < 2e-5);
      CHECK(test::relative_error(expected.pre, found.pre.data()) < 2e-5);
      CHECK(test::relative_error(expected.sigma, found.sigma.data()) < 2e-5);
      CHECK(test::relative_error(expected.noisy, found.noisy.data()) < 2e-5);
    }
    CHECK(test::relative_error(reference.logits, logits.data()) < 2e-5);
    CHECK(run(network, image, samples) == logits);
  }
}

TEST_CASE(
    "the paper's D for groups is that many times the energy of shot noise, and as much less of thermal "
    "noise") {
  const Graph graph = mobile_graph();
  const auto images = images_for(graph, 1);
  for (const NoiseKind kind : {NoiseKind::shot, NoiseKind::thermal}) {
    CAPTURE(name(kind));
    NetworkOptions options{.batch = 1, .threads = 1, .noise = kind};
    options.quantization.ranges = Ranges(quantized_tensors(graph).size(), {-1.0f, 1.5f});
    Network network(graph, options);
    NoiseConfig paper{kind, uniform_energies(network.layers(), 8), kSeed};
    NoiseConfig own = paper;
    for (std::size_t l = 0; l < network.layers().size(); ++l) {
      const auto groups = static_cast<float>(network.layers()[l].groups);
      own.energies[l].front() *= kind == NoiseKind::shot ? groups : 1 / groups;
    }
    REQUIRE(own.energies != paper.energies);
    const auto logits_of = [&](const NoiseConfig& config) {
      network.set_noise(config);
      return run(network, images, indices(1));
    };
    const auto in_group = logits_of(paper);
    paper.dot_length = DotLength::paper;
    const auto found = logits_of(paper), expected = logits_of(own);
    CHECK(in_group != found);
    CHECK(test::relative_error({expected.begin(), expected.end()}, found.data()) < 1e-4);
  }
}

TEST_CASE("logits have the same bits for every batch size and number of threads, clean and noisy") {
  constexpr int64_t kSamples = 33;
  for (const auto noise : {NoiseKind::none, NoiseKind::shot}) {
    for (const NetworkCase& c : network_cases()) {
      CAPTURE(c.what);
      const Graph graph = build(c);
      const auto images = images_for(graph, kSamples);
      std::vector<float> reference;
      for (const int threads : {1, 2, 3, 4}) {
        for (const int64_t batch : {1, 2, 3, 5, 8, 16, 33}) {
          CAPTURE(threads);
          CAPTURE(batch);
          Network network(build(c), {.batch = batch, .threads = threads, .noise = noise});
          if (noise == NoiseKind::shot)
            network.set_noise({noise, uniform_energies(network.layers(), 20), kSeed});
          const auto logits = run(network, images, indices(kSamples, 1000));
          if (reference.empty()) reference = logits;
          CHECK(std::memcmp(logits.data(), reference.data(), logits.size() * sizeof(float)) == 0);
        }
      }
    }
  }
}

TEST_CASE("noisy logits have the same bits on every instruction set of the kernels") {
  const test::IsaScope scope;
  const NetworkCase c = network_cases()[4];
  const Graph graph = build(c);
  const auto images = images_for(graph, 3);
  std::vector<float> reference;
  for (const Isa isa : supported_isas()) {
    CAPTURE(name(isa));
    force_isa(isa);
    Network network(build(c), {.batch = 3, .threads = 2, .noise = NoiseKind::shot});
    network.set_noise({NoiseKind::shot, uniform_energies(network.layers(), 20), kSeed});
    const auto logits = run(network, images, indices(3));
    if (reference.empty()) reference = logits;
    CHECK(std::memcmp(logits.data(), reference.data(), logits.size() * sizeof(float)) == 0);
  }
}

TEST_CASE("a sample's noise depends on its index and the seed, not on its place in the batch") {
  const NetworkCase c = network_cases()[0];
  const auto one = images_for(build(c), 1);
  std::vector<float> twice = one;
  twice.insert(twice.end(), one.begin(), one.end());
  Network network(build(c), {.batch = 2, .threads = 1, .noise = NoiseKind::shot});
  network.set_noise({NoiseKind::shot, uniform_energies(network.layers(), 20), kSeed});
  const auto same = run(network, twice, {5, 5});
  CHECK(std::equal(same.begin(), same.begin() + 10, same.begin() + 10));
  const auto other = run(network, twice, {5, 6});
  CHECK(std::equal(other.begin(), other.begin() + 10, same.begin()));
  CHECK_FALSE(std::equal(other.begin() + 10, other.end(), same.begin()));
  network.set_noise({NoiseKind::shot, uniform_energies(network.layers(), 20), kSeed + 1});
  CHECK(run(network, twice, {5, 5}) != same);
}

TEST_CASE("noise vanishes as the energy grows") {
  const NetworkCase c = network_cases()[0];
  const auto images = images_for(build(c), 2);
  Network clean(build(c), {.batch = 2, .threads = 1}),
      noisy(build(c), {.batch = 2, .threads = 1, .noise = NoiseKind::shot});
  const auto reference = run(clean, images, indices(2));
  const std::vector<double> exact(reference.begin(), reference.end());
  double before = 0;
  for (const double energy : {1e12, 1e8, 1e4, 1.0}) {
    noisy.set_noise({NoiseKind::shot, uniform_energies(noisy.layers(), energy), kSeed});
    const double error = test::relative_error(exact, run(noisy, images, indices(2)).data());
    CHECK(error > before);
    before = error;
    if (energy == 1e12) CHECK(error < 1e-5);
  }
}

TEST_CASE("bad energies and kinds are refused by name") {
  const NetworkCase c = network_cases()[0];
  Network noisy(build(c), {.batch = 1, .threads = 1, .noise = NoiseKind::shot});
  CHECK_THROWS_WITH_AS(uniform_energies(noisy.layers(), 0),
                       doctest::Contains("layer 'conv1': the energy per MAC is 0"), Error);
  CHECK_THROWS_WITH_AS(uniform_energies(noisy.layers(), -1), doctest::Contains("positive"), Error);
  Energies energies = uniform_energies(noisy.layers(), 10);
  energies[1] = {1, 2, 3};
  CHECK_THROWS_WITH_AS(
      noisy.set_noise({NoiseKind::shot, energies, 0}),
      doctest::Contains(
          "layer 'layer1.0.conv1': 3 energies were given, expected 1 or one per output channel (16)"),
      Error);
  Network clean(build(c), {.batch = 1, .threads = 1});
  CHECK_THROWS_WITH_AS(clean.set_noise({NoiseKind::shot, uniform_energies(clean.layers(), 10), 0}),
                       doctest::Contains("compiled for noise 'none'"), Error);
  std::vector<float> logits(10);
  CHECK_THROWS_AS(clean.run(std::vector<float>(5), std::vector<int64_t>{0}, logits), Error);
}
