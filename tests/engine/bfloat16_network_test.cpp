// Networks whose products and stored values are bfloat16, against those in float32.

#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "engine/onednn/onednn.h"
#include "tests/support/bert_runs.h"
#include "tests/support/messages.h"
#include "tests/support/network_runs.h"
#include "tests/support/oracle.h"

using namespace dpac;
using namespace dpac::test;

namespace {

/// Of logits, against the largest: some roundings of 2^-9 that add up over the layers.
constexpr double kTolerance = 0.05;

struct Difference {
  double root_mean_square = 0;  ///< Of logits, relative to the root mean square of the reference.
  bool equal = true;
};

Difference difference(const std::vector<float>& reference, const std::vector<float>& found) {
  REQUIRE(reference.size() == found.size());
  double squares = 0, all = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const double r = static_cast<double>(reference[i]), d = static_cast<double>(found[i]) - r;
    squares += d * d;
    all += r * r;
  }
  return {std::sqrt(squares / all), reference == found};
}

}  // namespace

TEST_CASE(
    "bfloat16: every network under every noise is that in float32 with the same noise, but for rounding") {
  if (!onednn::bfloat16_products()) return;
  for (const NetworkCase& c : network_cases()) {
    CAPTURE(c.what);
    const Graph graph = build(c);
    const auto images = images_for(graph, 3);
    for (const NoiseKind noise : {NoiseKind::none, NoiseKind::shot, NoiseKind::weight}) {
      CAPTURE(name(noise));
      std::vector<std::vector<float>> logits;
      for (const Arithmetic arithmetic : {Arithmetic::float32, Arithmetic::bfloat16}) {
        Network network(graph, {.batch = 2, .threads = 1, .noise = noise, .arithmetic = arithmetic});
        CHECK(network.arithmetic() == name(arithmetic));
        if (noise != NoiseKind::none)
          network.set_noise({noise, uniform_energies(network.layers(), 50), kSeed});
        logits.push_back(run(network, images, indices(3)));
      }
      const Difference found = difference(logits[0], logits[1]);
      CHECK(found.root_mean_square < kTolerance);
      CHECK(!found.equal);
    }
  }
}

TEST_CASE("bfloat16: text under every noise is that in float32 with the same noise, but for rounding") {
  if (!onednn::bfloat16_products()) return;
  for (const BertCase& c : bert_cases()) {
    CAPTURE(c.what);
    const RandomSequences sequences(c.shape, c.lengths);
    const std::vector<int64_t> samples = indices(std::ssize(c.lengths));
    for (const NoiseKind noise : {NoiseKind::none, NoiseKind::shot}) {
      CAPTURE(name(noise));
      std::vector<std::vector<float>> logits;
      for (const Arithmetic arithmetic : {Arithmetic::float32, Arithmetic::bfloat16}) {
        Network network(build(c.shape), {.batch = 3, .threads = 1, .noise = noise, .arithmetic = arithmetic});
        if (noise != NoiseKind::none)
          network.set_noise({noise, uniform_energies(network.layers(), 100), kSeed});
        logits.push_back(run(network, sequences.all(), samples));
      }
      const Difference found = difference(logits[0], logits[1]);
      CHECK(found.root_mean_square < kTolerance);
      CHECK(!found.equal);
    }
  }
}

TEST_CASE("bfloat16: a machine without it is an error that says what takes float32 there") {
  const Graph graph = build(network_cases().front());
  Network automatic(graph, {.arithmetic = Arithmetic::automatic_bfloat16});
  const bool has = onednn::bfloat16_products();
  CHECK(automatic.arithmetic() == (has ? "bfloat16" : "float32"));
  if (has) return;
  const std::string message = message_of([&] { Network(graph, {.arithmetic = Arithmetic::bfloat16}); });
  CHECK(message.find("auto-bfloat16") != std::string::npos);
}
