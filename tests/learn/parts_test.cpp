#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "engine/noise/energy.h"
#include "kernels/error.h"
#include "learn/adam.h"
#include "learn/bisection.h"
#include "learn/loss.h"
#include "learn/precision_parameters.h"
#include "learn/sensitivity.h"

using namespace dpac;

namespace {

/// Two layers of 3 and 2 channels, with 600 and 1000 MACs.
std::vector<AnalogLayer> two_layers() {
  return {{.name = "a", .op = "convolution", .dot_length = 20, .outputs = 30, .macs = 600, .out_channels = 3},
          {.name = "b", .op = "linear", .dot_length = 100, .outputs = 10, .macs = 1000, .out_channels = 2}};
}

double energy_per_mac(const Energies& energies) {
  return energy_ledger(two_layers(), {.kind = NoiseKind::shot, .energies = energies}).energy_per_mac;
}

}  // namespace

TEST_CASE("Adam's steps are PyTorch's") {
  // torch.optim.Adam([1, -2], lr=0.1) with the gradients (0.5, -3), (-1, 2), (0.25, 0), float64, torch 2.13.
  std::vector<double> parameters = {1, -2};
  AdamState state;
  const std::vector<std::vector<double>> gradients = {{0.5, -3}, {-1, 2}, {0.25, 0}};
  for (const auto& gradient : gradients) adam_step(parameters, gradient, 0.1, state);
  CHECK(parameters[0] == doctest::Approx(0.9502794203389762).epsilon(1e-12));
  CHECK(parameters[1] == doctest::Approx(-1.874376468638423).epsilon(1e-12));
  CHECK(state.steps == 3);
}

TEST_CASE("cross entropy and its gradient") {
  const std::vector<float> logits = {1.0f, -2.0f, 300.0f, 0.5f};
  std::vector<float> gradient(4);
  CHECK(cross_entropy(logits, 1, gradient) == doctest::Approx(302));
  CHECK(gradient[1] == doctest::Approx(-1));
  CHECK(gradient[2] == doctest::Approx(1));
  const std::vector<float> small = {0.3f, -0.4f, 0.9f};
  std::vector<float> moved = small, unused(3);
  cross_entropy(small, 2, std::span(gradient).first(3));
  for (std::size_t i = 0; i < 3; ++i) {
    moved[i] = small[i] + 0.01f;
    const double above = cross_entropy(moved, 2, unused);
    moved[i] = small[i] - 0.01f;
    CHECK((above - cross_entropy(moved, 2, unused)) / 0.02 == doctest::Approx(gradient[i]).epsilon(1e-3));
    moved[i] = small[i];
  }
}

TEST_CASE("labels of one's own prediction have its probabilities, and are the sample's") {
  const std::vector<float> logits = {0.0f, 1.0f, -1.0f};
  const double sum = 1 + std::exp(1.0) + std::exp(-1.0);
  std::vector<int64_t> samples;
  for (int64_t i = 0; i < 20000; ++i) samples.push_back(i * 3);
  const SampleLoss loss = own_prediction(samples, 5);
  std::vector<double> counts(3, 0.0);
  std::vector<float> gradient(3), again(3);
  for (int64_t i = 0; i < 20000; ++i) {
    loss(i, logits, gradient);
    for (std::size_t c = 0; c < 3; ++c) counts[c] += gradient[c] < 0;
  }
  // Five standard deviations of a binomial count.
  for (std::size_t c = 0; c < 3; ++c) {
    const double p = std::exp(static_cast<double>(logits[c])) / sum;
    CHECK(std::abs(counts[c] - 20000 * p) < 5 * std::sqrt(20000 * p * (1 - p)));
  }
  const std::vector<int64_t> one = {3 * 17};
  loss(17, logits, gradient);
  own_prediction(one, 5)(0, logits, again);
  CHECK(gradient == again);
}

TEST_CASE("parameters: energies, their average and its gradient") {
  const Energies start = {{8.0f, 2.0f, 5.0f}, {4.0f}};
  PrecisionParameters p(two_layers(), Granularity::channel, start, false);
  CHECK(p.log_energies().size() == 5);
  CHECK(p.energies()[1] == std::vector<float>{4.0f, 4.0f});
  CHECK(p.energy_per_mac() == doctest::Approx((5.0 * 600 + 4 * 1000) / 1600));
  const std::vector<double> gradient = p.energy_gradient();
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    PrecisionParameters above = p, below = p;
    above.log_energies()[i] += 1e-6;
    below.log_energies()[i] -= 1e-6;
    const double difference = std::log(above.energy_per_mac()) - std::log(below.energy_per_mac());
    CHECK(gradient[i] == doctest::Approx(difference / 2e-6).epsilon(1e-6));
  }
  PrecisionParameters layers(two_layers(), Granularity::layer, {{3.0f}, {4.0f}}, false);
  CHECK(layers.gathered({{1, 2, 3}, {10, 20}}) == std::vector<double>{6, 30});
  CHECK(p.gathered({{1, 2, 3}, {10, 20}}) == std::vector<double>{1, 2, 3, 10, 20});
  CHECK_THROWS_WITH_AS(PrecisionParameters(two_layers(), Granularity::layer, start, false),
                       doctest::Contains("layer 'a'"), Error);
}

TEST_CASE("rounded energies are whole and at least 1") {
  const PrecisionParameters p(two_layers(), Granularity::layer, {{0.2f}, {6.6f}}, true);
  CHECK(p.energies() == Energies{{1.0f}, {7.0f}});
  CHECK(p.energy_per_mac() == doctest::Approx((600.0 + 7 * 1000) / 1600));
}

TEST_CASE("the closed form minimises sum s / E at its energy") {
  const ChannelValues s = {{1, 4, 2}, {9, 3}};
  for (const Granularity per : {Granularity::layer, Granularity::channel}) {
    const Energies best = analytic_energies(two_layers(), s, per, 20);
    CHECK(energy_per_mac(best) == doctest::Approx(20));
    const auto cost = [&](const Energies& e) {
      double sum = 0;
      for (std::size_t l = 0; l < 2; ++l) {
        for (std::size_t c = 0; c < s[l].size(); ++c) {
          sum += s[l][c] / static_cast<double>(e[l][e[l].size() == 1 ? 0 : c]);
        }
      }
      return sum;
    };
    // Another share for one parameter, at the same average, costs more.
    for (std::size_t l = 0; l < 2; ++l) {
      for (const float factor : {0.9f, 1.1f}) {
        Energies other = best;
        other[l][0] *= factor;
        const auto back = static_cast<float>(20 / energy_per_mac(other));
        for (auto& layer : other) {
          for (float& energy : layer) energy *= back;
        }
        CHECK(cost(other) > cost(best));
      }
    }
  }
}

TEST_CASE("the closed form: no channel without energy, and an error where nothing counts") {
  const Energies energies = analytic_energies(two_layers(), {{0, 1, 1}, {0, 0}}, Granularity::channel, 20);
  for (const auto& layer : energies) {
    for (const float e : layer) CHECK(e > 0);
  }
  CHECK(energies[0][0] == doctest::Approx(kLeastShare * 2 / 3 * static_cast<double>(energies[0][1])));
  CHECK_THROWS_AS(analytic_energies(two_layers(), {{0, 0, 0}, {0, 0}}, Granularity::layer, 20), Error);
  CHECK_THROWS_AS(analytic_energies(two_layers(), {{NAN, 0, 0}, {0, 0}}, Granularity::layer, 20), Error);
  CHECK_THROWS_AS(analytic_energies(two_layers(), {{1, 1, 1}, {NAN, 0}}, Granularity::channel, 20), Error);
  const ChannelValues uneven = {{1, 1, 1}, {1e-6, 1e-6}};
  CHECK_THROWS_WITH_AS(analytic_energies(two_layers(), uneven, Granularity::layer, 3e38),
                       doctest::Contains("layer 'a'"), Error);
}

namespace {

/// Accuracy 0.9 - 0.5 / E, whose goal 0.88 is met from E = 25 on.
std::vector<SearchTry> search(const SearchGoal& goal) {
  Bisection bisection(goal);
  while (const auto energy = bisection.next()) bisection.add({*energy, *energy, 0.9 - 0.5 / *energy});
  return bisection.tries();
}

}  // namespace

TEST_CASE("bisection ends in the window above its goal") {
  for (const auto& [low, high] : {std::pair{10.0, 500.0}, {100.0, 1000.0}, {0.1, 2.0}, {1.0, 30.0}}) {
    const auto tries = search({.accuracy = 0.88, .low = low, .high = high});
    CAPTURE(low);
    CHECK(tries.size() <= 15);
    CHECK(tries.back().accuracy >= 0.88);
    CHECK(tries.back().accuracy < 0.881);
  }
}

TEST_CASE("bisection: the best try is the cheapest that reaches the goal") {
  Bisection bisection({.accuracy = 0.5, .low = 1, .high = 100, .most_tries = 3});
  CHECK(*bisection.next() == doctest::Approx(10));
  CHECK(!bisection.best());
  bisection.add({10, 12, 0.8});
  bisection.add({*bisection.next(), 7, 0.6});
  bisection.add({*bisection.next(), 3, 0.4});
  CHECK(!bisection.next());
  CHECK(!bisection.hit());
  CHECK(*bisection.best() == 1);
  CHECK(search({.accuracy = 0.95}).size() == 15);
  CHECK_THROWS_AS(Bisection({.accuracy = 0.5, .low = 5, .high = 5}), Error);
  CHECK_THROWS_AS(Bisection({.accuracy = 1.5}), Error);
}
