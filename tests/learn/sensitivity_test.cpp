#include "learn/sensitivity.h"

#include <array>
#include <span>

#include <doctest/doctest.h>

#include "kernels/error.h"
#include "tests/support/network_runs.h"

using namespace dpac;

namespace {

constexpr int64_t kSamples = 24;

/// A network, and samples to estimate its sensitivities on.
struct Setting {
  Setting() : images(test::images_for(graph, kSamples)), samples(test::indices(kSamples, 3)) {}

  /// From batches of that size, the last one smaller.
  [[nodiscard]] SensitivityEstimate estimate(Differentiator& differentiator, int64_t batch,
                                             NoiseConfig noise) const {
    SensitivityEstimate result(differentiator, noise);
    const auto image = images.size() / kSamples;
    for (int64_t first = 0; first < kSamples; first += batch) {
      const auto begin = static_cast<std::size_t>(first);
      const auto n = static_cast<std::size_t>(std::min(batch, kSamples - first));
      result.add(std::span(images).subspan(begin * image, n * image), std::span(samples).subspan(begin, n));
    }
    return result;
  }

  [[nodiscard]] NoiseConfig noise(NoiseKind kind, double energy) const {
    return {.kind = kind, .energies = uniform_energies(analog_layers(graph), energy), .seed = 4};
  }

  Graph graph = test::build(test::network_cases().front());
  std::vector<float> images;
  std::vector<int64_t> samples;
};

void check_near(const ChannelValues& found, const ChannelValues& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t l = 0; l < found.size(); ++l) {
    REQUIRE(found[l].size() == expected[l].size());
    for (std::size_t c = 0; c < found[l].size(); ++c) {
      CHECK(found[l][c] == doctest::Approx(expected[l][c]).epsilon(1e-9));
    }
  }
}

}  // namespace

TEST_CASE("sensitivities do not depend on how samples are made into batches") {
  const Setting setting;
  for (const Derivative derivative : {Derivative::sensitivity, Derivative::noisy_sensitivity}) {
    Differentiator differentiator(setting.graph, {.noise = NoiseKind::shot, .derivative = derivative});
    const NoiseConfig noise = setting.noise(NoiseKind::shot, 3);
    const auto whole = setting.estimate(differentiator, kSamples, noise);
    CHECK(whole.samples() == kSamples);
    CHECK(whole.shrunk_sensitivities() != whole.sensitivities());
    for (const int64_t batch : {1, 5}) {
      CAPTURE(batch);
      const auto other = setting.estimate(differentiator, batch, noise);
      check_near(other.sensitivities(), whole.sensitivities());
      check_near(other.shrunk_sensitivities(), whole.shrunk_sensitivities());
    }
  }
}

TEST_CASE("energies count for the noisy network's sensitivities alone") {
  const Setting setting;
  for (const Derivative derivative : {Derivative::sensitivity, Derivative::noisy_sensitivity}) {
    Differentiator differentiator(setting.graph, {.noise = NoiseKind::shot, .derivative = derivative});
    const auto at = [&](double energy) {
      return setting.estimate(differentiator, 8, setting.noise(NoiseKind::shot, energy)).sensitivities();
    };
    CHECK((at(3) == at(30)) == (derivative == Derivative::sensitivity));
  }
  Differentiator clean(setting.graph, {.noise = NoiseKind::shot, .derivative = Derivative::sensitivity});
  CHECK(setting.estimate(clean, 8, {.kind = NoiseKind::shot, .energies = {}, .seed = 4}).sensitivities() ==
        setting.estimate(clean, 8, setting.noise(NoiseKind::shot, 3)).sensitivities());
  CHECK_THROWS_WITH_AS(SensitivityEstimate(clean, setting.noise(NoiseKind::shot, 3)).sensitivities(),
                       doctest::Contains("at least one batch"), Error);
}

TEST_CASE("where a batch shares its noise, one batch says nothing about channels") {
  const Setting setting;
  Differentiator differentiator(setting.graph,
                                {.noise = NoiseKind::weight, .derivative = Derivative::sensitivity});
  const NoiseConfig noise = setting.noise(NoiseKind::weight, 1);
  const ChannelValues one = setting.estimate(differentiator, kSamples, noise).shrunk_sensitivities();
  for (const auto& layer : one) CHECK(layer == std::vector<double>(layer.size(), layer.front()));
  const ChannelValues three = setting.estimate(differentiator, 8, noise).shrunk_sensitivities();
  CHECK(std::any_of(three.begin(), three.end(), [](const std::vector<double>& layer) {
    return layer != std::vector<double>(layer.size(), layer.front());
  }));
}
