#include "learn/differentiator.h"

#include <cmath>
#include <numeric>

#include <doctest/doctest.h>

#include "engine/network.h"
#include "tests/support/network_runs.h"
#include "tests/support/random_values.h"

using namespace dpac;

namespace {

constexpr int64_t kSamples = 2;

/// Each noise, and noises together.
std::vector<NoiseKind> kinds() {
  return {
      NoiseKind::shot,
      NoiseKind::thermal,
      NoiseKind::weight,
      NoiseKind::output,
      NoiseKind::programming,
      NoiseKind::shot + NoiseKind::thermal,
      NoiseKind::shot + NoiseKind::thermal + NoiseKind::output + NoiseKind::weight + NoiseKind::programming};
}

/// A network with noise and a batch.
struct Problem {
  Graph graph;
  NoiseKind kind;
  Quantization quantization = {};
  std::vector<float> images;
  std::vector<int64_t> samples;
  std::vector<int> labels;
  NoiseConfig noise;

  Problem(const test::NetworkCase& c, NoiseKind noise_kind) : graph(test::build(c)), kind(noise_kind) {
    images = test::images_for(graph, kSamples);
    samples = test::indices(kSamples, 5);
    for (int64_t s = 0; s < kSamples; ++s) labels.push_back(static_cast<int>(s * 3 % output_channels(graph)));
    noise = {.kind = kind,
             .energies = test::varied_energies(analog_layers(graph)),
             .seed = test::kSeed,
             .sigma_weight = 0.02};
    if (!kind.has(NoiseKind::thermal) && !kind.has(NoiseKind::output)) return;
    // Wide ranges that do not clip, without quantisers: the noise is differentiable.
    quantization.ranges.assign(calibrated_tensors(graph).size(), {-1.0f, 2.0f});
  }

  [[nodiscard]] Differentiator make(Derivative derivative, int threads = 1, int64_t batch = kSamples) const {
    return {graph,
            {.noise = kind,
             .derivative = derivative,
             .batch = batch,
             .threads = threads,
             .quantization = quantization}};
  }

  [[nodiscard]] BatchDerivative run(int threads = 1, int64_t batch = kSamples,
                                    Derivative derivative = Derivative::gradient) const {
    Differentiator differentiator = make(derivative, threads, batch);
    differentiator.set_noise(noise, 0);
    return differentiator.run(images, samples, cross_entropy_of(labels));
  }

  [[nodiscard]] test::OracleSetup setup(std::size_t s) const {
    return {.noise = noise,
            .xi = [this, s](int layer, int64_t c, int64_t p, int64_t pixels,
                            int repeat) { return test::xi(layer, samples[s], c, p, pixels, repeat); },
            .weight_xi = [](NoiseStream stream, int layer, int64_t element,
                            int repeat) { return test::weight_xi(stream, layer, 0, element, repeat); },
            .quantization = quantization};
  }

  [[nodiscard]] std::vector<float> image(std::size_t s) const {
    const std::size_t size = images.size() / kSamples;
    return {images.begin() + static_cast<std::ptrdiff_t>(s * size),
            images.begin() + static_cast<std::ptrdiff_t>((s + 1) * size)};
  }

  [[nodiscard]] double loss_of(std::size_t s, const test::OracleSetup& with) const {
    const test::OracleRun run = test::run_oracle(graph, image(s), with);
    double sum = 0;
    for (const double logit : run.logits) sum += std::exp(logit);
    return std::log(sum) - run.logits[static_cast<std::size_t>(labels[s])];
  }

  /// d mean loss / d log E of one channel, by central differences; sigma does not follow its input.
  [[nodiscard]] double difference(int layer, int64_t channel) const {
    double sum = 0;
    for (std::size_t s = 0; s < kSamples; ++s) sum += difference(s, layer, channel);
    return sum / kSamples;
  }

  [[nodiscard]] double difference(std::size_t s, int layer, int64_t channel) const {
    constexpr double kStep = 1e-5;
    test::OracleSetup with = setup(s);
    const test::OracleRun base = test::run_oracle(graph, image(s), with);
    const int64_t depth = analog_layers(graph)[static_cast<std::size_t>(layer)].dot_length;
    with.frozen = &base.layers;
    double losses[2];
    for (const int side : {0, 1}) {
      const double factor = std::exp(side == 0 ? -kStep / 2 : kStep / 2);
      with.frozen_factor = [&](int l, int64_t c) { return l == layer && c == channel ? factor : 1.0; };
      with.weight_xi = [&](NoiseStream stream, int l, int64_t element, int repeat) {
        const bool own = l == layer && element / depth == channel;
        return test::weight_xi(stream, l, 0, element, repeat) * (own ? factor : 1.0);
      };
      losses[side] = loss_of(s, with);
    }
    return (losses[0] - losses[1]) / (2 * kStep);
  }
};

double largest(const std::vector<double>& values) {
  double result = 0;
  for (const double v : values) result = std::max(result, std::abs(v));
  return result;
}

}  // namespace

TEST_CASE("gradients equal central differences in double precision") {
  for (const NoiseKind kind : kinds()) {
    for (const test::NetworkCase& c : test::network_cases()) {
      const Problem problem(c, kind);
      const BatchDerivative found = problem.run();
      const auto layers = static_cast<int>(found.values.size());
      // Of large networks the first, the last and some between, for the oracle is slow.
      const bool large = input_shape(problem.graph).pixels() > 300;
      for (int l = 0; l < layers; l += large ? std::max(1, (layers - 1) / 3) : 1) {
        const auto& own = found.values[static_cast<std::size_t>(l)];
        const int64_t channel = (l * 7 + 3) % static_cast<int64_t>(own.size());
        CAPTURE(std::string(c.what));
        CAPTURE(name(kind));
        CAPTURE(l);
        const double expected = problem.difference(l, channel);
        // Float32 products, and the difference's own error where an element lies at a ReLU's edge.
        CHECK(std::abs(own[static_cast<std::size_t>(channel)] - expected) <= 2e-3 * largest(own) + 1e-7);
      }
    }
  }
}

TEST_CASE("logits are those of inference with the same noise") {
  for (const NoiseKind kind : kinds()) {
    Problem problem(test::network_cases().back(), kind);
    if (kind.has(NoiseKind::weight)) problem.samples = {3, 31};  // One group of samples: one draw.
    Network network(problem.graph, {.batch = kSamples, .noise = kind, .quantization = problem.quantization});
    network.set_noise(problem.noise);
    std::vector<double> expected;
    for (const float logit : test::run(network, problem.images, problem.samples)) {
      expected.push_back(static_cast<double>(logit));
    }
    const BatchDerivative found = problem.run();
    CHECK(test::relative_error(expected, found.logits.data()) < 1e-5);
  }
}

TEST_CASE("every step has noise of its own") {
  const Problem problem(test::network_cases().front(), NoiseKind::shot);
  Differentiator differentiator(problem.graph, {.noise = NoiseKind::shot});
  const auto logits_of = [&](uint32_t step) {
    differentiator.set_noise(problem.noise, step);
    return differentiator.run(problem.images, problem.samples, cross_entropy_of(problem.labels)).logits;
  };
  const std::vector<float> one = logits_of(1);
  CHECK(one != logits_of(2));
  CHECK(one == logits_of(1));
}

TEST_CASE("a sensitivity is the variance of what noise does to the loss, over 2") {
  // At high energy the loss is linear in the noise, and E var(loss) = sum_e g_e^2 sigma_e^2 at E = 1. A
  // gradient is -1/2 of a channel's part of the loss, so s = 2 E var(gradient). Its relative standard error
  // over n draws is sqrt(2 / n); the sum over a layer's channels, of many draws, stays within 5 of those.
  constexpr int kDraws = 300;
  constexpr double kEnergy = 1e8;
  for (const NoiseKind kind : kinds()) {
    const Problem problem(test::network_cases().front(), kind);
    const std::span<const float> image = std::span(problem.images).first(problem.images.size() / kSamples);
    const std::span<const int64_t> sample = std::span(problem.samples).first(1);
    const SampleLoss loss = cross_entropy_of(problem.labels);
    Differentiator gradients = problem.make(Derivative::gradient),
                   sensitivities = problem.make(Derivative::sensitivity);
    NoiseConfig noise = problem.noise;
    noise.energies = uniform_energies(gradients.layers(), kEnergy);
    std::vector<double> squares(gradients.layers().size(), 0.0), found = squares;
    for (uint32_t step = 1; step <= kDraws; ++step) {
      gradients.set_noise(noise, step);
      const ChannelValues drawn = gradients.run(image, sample, loss).values;
      sensitivities.set_noise(noise, step + kDraws);
      const ChannelValues estimate = sensitivities.run(image, sample, loss).values;
      for (std::size_t l = 0; l < found.size(); ++l) {
        for (const double g : drawn[l]) squares[l] += 2 * kEnergy * g * g / kDraws;
        for (const double s : estimate[l]) found[l] += s / kDraws;
      }
    }
    for (std::size_t l = 0; l < found.size(); ++l) {
      CAPTURE(l);
      CAPTURE(name(kind));
      CHECK(found[l] == doctest::Approx(squares[l]).epsilon(5 * std::sqrt(2.0 / kDraws)));
    }
  }
}

TEST_CASE("without noise to speak of, a noisy network's sensitivities are the clean one's") {
  constexpr uint32_t kStep = 3,
                     kOther = 1u << 31;  // What tells the noise they are of from the network's own.
  for (const NoiseKind kind : kinds()) {
    CAPTURE(name(kind));
    const Problem problem(test::network_cases().front(), kind);
    const SampleLoss loss = cross_entropy_of(problem.labels);
    Differentiator noisy = problem.make(Derivative::noisy_sensitivity),
                   clean = problem.make(Derivative::sensitivity);
    NoiseConfig noise = problem.noise;
    noise.energies = uniform_energies(noisy.layers(), 1e12);
    noisy.set_noise(noise, kStep);
    clean.set_noise(noise, kStep + kOther);
    const BatchDerivative found = noisy.run(problem.images, problem.samples, loss),
                          expected = clean.run(problem.images, problem.samples, loss);
    REQUIRE(found.by_sample.size() == kSamples);
    for (std::size_t l = 0; l < expected.values.size(); ++l) {
      for (std::size_t c = 0; c < expected.values[l].size(); ++c) {
        CHECK(found.values[l][c] == doctest::Approx(expected.values[l][c]).epsilon(1e-3).scale(1e-6));
        const double sum = found.by_sample[0][l][c] + found.by_sample[1][l][c];
        CHECK(found.values[l][c] == doctest::Approx(sum / kSamples).epsilon(1e-12));
      }
    }
  }
}

TEST_CASE("a noisy network's sensitivity is what its expected loss gains by noise, at any energy") {
  // R. Price, 1958: for any f, d E f(y + sigma xi) / d sigma^2 = 1/2 E f''(y + sigma xi). Behind the last
  // layer the Hessian of the cross entropy does not depend on the label, and is the Fisher matrix.
  constexpr int64_t kTogether = 16;
  struct Case {
    NoiseKind kind;
    double energy;  ///< Of the last layer: little enough to change predictions.
    uint32_t steps;
  };
  for (const auto& [kind, energy, steps] :
       {Case{NoiseKind::shot, 0.03, 60}, Case{NoiseKind::thermal, 7e-4, 60},
        Case{NoiseKind::weight, 1e-4, 300}}) {
    CAPTURE(name(kind));
    Problem problem(test::network_cases().front(), kind);
    const std::vector<float> image = problem.image(0);
    problem.images.clear();
    for (int64_t s = 0; s < kTogether; ++s) {
      problem.images.insert(problem.images.end(), image.begin(), image.end());
    }
    problem.samples = test::indices(kTogether);
    problem.labels.assign(kTogether, 3);
    problem.noise.energies = uniform_energies(analog_layers(problem.graph), 100);
    problem.noise.energies.back() = {static_cast<float>(energy)};
    Differentiator gradients = problem.make(Derivative::gradient),
                   noisy = problem.make(Derivative::noisy_sensitivity),
                   clean = problem.make(Derivative::sensitivity);
    const auto last_layer = [&](Differentiator& differentiator, uint32_t step, const SampleLoss& loss) {
      differentiator.set_noise(problem.noise, step);
      const std::vector<double> own = differentiator.run(problem.images, problem.samples, loss).values.back();
      return std::accumulate(own.begin(), own.end(), 0.0) / steps;
    };
    double gain = 0, squares = 0, sensitivity = 0, clean_sensitivity = 0;
    for (uint32_t step = 1; step <= steps; ++step) {
      // d / d (1 / E) from d / d log E.
      const double own = -energy * last_layer(gradients, step, cross_entropy_of(problem.labels));
      gain += own;
      squares += own * own;
      const SampleLoss drawn = own_prediction(problem.samples, step);
      sensitivity += last_layer(noisy, step, drawn);
      clean_sensitivity += last_layer(clean, step, drawn);
    }
    const double error = std::sqrt(squares - gain * gain / steps);
    CAPTURE(gain);
    CAPTURE(error);
    CAPTURE(sensitivity);
    CAPTURE(clean_sensitivity);
    CHECK(error < 0.06 * gain);
    CHECK(std::abs(sensitivity - gain) < 5 * error);
    CHECK(std::abs(clean_sensitivity - gain) > 8 * error);
  }
}

TEST_CASE("the same bits one by one and four samples at a time") {
  constexpr int64_t kFive = 5;  // Four together, and one that is left.
  for (const NoiseKind kind : kinds()) {
    for (const test::NetworkCase& c : test::network_cases()) {
      CAPTURE(std::string(c.what));
      CAPTURE(name(kind));
      Problem problem(c, kind);
      problem.images = test::images_for(problem.graph, kFive);
      problem.samples = test::indices(kFive, 5);
      problem.labels.assign(kFive, 0);
      const BatchDerivative one = problem.run(1, 1), four = problem.run(1, 4);
      CHECK(four.values == one.values);
      CHECK(four.logits == one.logits);
    }
  }
}

TEST_CASE("the same bits for every number of threads and batch size") {
  for (const NoiseKind kind : kinds()) {
    for (const test::NetworkCase& c : test::network_cases()) {
      CAPTURE(std::string(c.what));
      CAPTURE(name(kind));
      const Problem problem(c, kind);
      for (const Derivative derivative : {Derivative::gradient, Derivative::noisy_sensitivity}) {
        const BatchDerivative one = problem.run(1, 1, derivative);
        for (const auto& [threads, batch] : {std::pair{1, 2}, {2, 2}, {3, 8}}) {
          const BatchDerivative other = problem.run(threads, batch, derivative);
          CAPTURE(threads);
          CAPTURE(batch);
          CHECK(other.values == one.values);
          CHECK(other.by_sample == one.by_sample);
          CHECK(other.logits == one.logits);
          CHECK(other.loss == one.loss);
        }
      }
    }
  }
}
