#include "kernels/analog_backward.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include <doctest/doctest.h>

#include "kernels/gaussian.h"
#include "tests/support/isa_scope.h"
#include "tests/support/plain_quantizer.h"
#include "tests/support/random_values.h"

using namespace dpac;
using test::inside, test::quantised;

namespace {

constexpr NoiseKey kKey{.seed = 23, .step = 9, .layer = 2, .sample = 31};

/// One sample that went forward, and a gradient to go back. Everything is [blocks][pixels][block].
struct Case {
  BlockedMap map;
  bool residual;
  std::vector<PixelRun> runs;
  std::vector<float> gains, floors, scales, y, shortcut, gradient;
  Quantizer quantizer = {}, result_quantizer = {};
  std::vector<uint8_t> passes, sum_passes;
  AnalogEpilogue epilogue;

  Case(int64_t channels, int64_t pixels, int block, bool with_residual, bool quantised)
      : map{channels, pixels, block}, residual(with_residual) {
    for (int64_t begin = 0; begin < pixels; begin += 9) {
      runs.push_back({begin, std::min(pixels, begin + 9), (begin / 9) % 2});
    }
    const auto padded = static_cast<std::size_t>(map.padded_channels());
    const auto size = static_cast<std::size_t>(map.size());
    gains = test::random_values(2 * padded, 1, 0.1f, 2.0f);
    for (std::size_t i = 0; i < gains.size(); ++i)
      gains[i] *= i % padded < static_cast<std::size_t>(channels);
    scales = test::random_values(static_cast<std::size_t>(pixels), 2, 0.0f, 3.0f);
    y = padded_values(3);
    shortcut = padded_values(4);
    gradient = padded_values(5);
    if (quantised) quantizer = make_quantizer(0, 2, 256);
    if (quantised) result_quantizer = make_quantizer(-0.5, 3, 64);
    passes.assign(size / 8, 0xff);
    sum_passes.assign(size / 8, 0xff);
  }

  [[nodiscard]] std::vector<float> padded_values(uint32_t seed) const {
    std::vector<float> values = test::random_values(static_cast<std::size_t>(map.size()), seed, -2.0f, 2.0f);
    clear_padding(map, values.data());
    return values;
  }

  void forward() {
    std::vector<float> out(y.size());
    epilogue = {.map = map,
                .runs = runs,
                .gains = gains.data(),
                .floors = floors.empty() ? nullptr : floors.data(),
                .scales = scales.data(),
                .activation = Activation::relu,
                .quantizer = quantizer,
                .residual = residual ? shortcut.data() : nullptr,
                .relu_after_residual = true,
                .result_quantizer = result_quantizer,
                .passes = passes.data(),
                .sum_passes = residual ? sum_passes.data() : nullptr};
    run_analog_epilogue(epilogue, kKey, y.data(), out.data(), nullptr);
  }

  [[nodiscard]] AnalogBackward backward() const {
    return {.map = map,
            .runs = runs,
            .gains = gains.data(),
            .floors = floors.empty() ? nullptr : floors.data(),
            .scales = scales.data(),
            .passes = passes.data(),
            .sum_passes = residual ? sum_passes.data() : nullptr};
  }

  [[nodiscard]] std::size_t at(int64_t c, int64_t p) const {
    return static_cast<std::size_t>(((c / map.block) * map.pixels + p) * map.block + c % map.block);
  }
  [[nodiscard]] double sigma(int64_t c, int64_t p) const {
    const auto at = static_cast<std::size_t>((p / 9) % 2 * map.padded_channels() + c);
    const double scaled =
        static_cast<double>(gains[at]) * static_cast<double>(scales[static_cast<std::size_t>(p)]);
    return floors.empty() ? scaled : std::hypot(scaled, static_cast<double>(floors[at]));
  }
  [[nodiscard]] double noise(int64_t c, int64_t p) const {
    float xi = 0;
    fill_gaussian(kKey, element_number(c, p, map.pixels), {&xi, 1});
    return sigma(c, p) * static_cast<double>(xi);
  }
};

/// What passes at one element, by the contract's words: before the residual sum, and behind it.
struct Passes {
  bool own, sum;
};

Passes expected_passes(const Case& k, int64_t c, int64_t p) {
  const double noisy = static_cast<double>(k.y[k.at(c, p)]) + k.noise(c, p);
  Passes passes{noisy > 0 && inside(k.quantizer, noisy), true};
  if (!k.residual) return passes;
  double value = std::max(noisy, 0.0);
  value = quantised(k.quantizer, value);
  const double sum = value + static_cast<double>(k.shortcut[k.at(c, p)]);
  passes.sum = sum > 0 && inside(k.result_quantizer, sum);
  return passes;
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const int block : {8, 16}) {
    for (const int64_t channels : {1, 8, 17, 40}) {
      for (const int64_t pixels : {1, 3, 8, 50}) all.emplace_back(channels, pixels, block, true, false);
    }
    all.emplace_back(24, 20, block, false, false);
    all.emplace_back(24, 20, block, true, true);
    all.emplace_back(24, 20, block, false, true);
    Case floored(24, 20, block, true, false);
    floored.floors = test::random_values(floored.gains.size(), 9, 0.1f, 2.0f);
    for (std::size_t i = 0; i < floored.gains.size(); ++i) floored.floors[i] *= floored.gains[i] > 0;
    all.push_back(floored);
  }
  return all;
}

}  // namespace

TEST_CASE("gradients go through ReLUs, quantisers and the residual sum, and meet their noise") {
  const test::IsaScope scope;
  for (const Isa isa : supported_isas()) {
    force_isa(isa);
    for (Case& k : cases()) {
      k.forward();
      std::vector<float> gradient = k.gradient, residual(k.y.size(), 1.0f);
      std::vector<double> sums(static_cast<std::size_t>(k.map.padded_channels())), squares(sums.size());
      AnalogBackward backward = k.backward();
      if (k.residual) backward.residual = residual.data();
      run_analog_backward(backward, NoiseSum::product, kKey, gradient.data(), sums.data());
      std::vector<float> again = k.gradient;
      backward.residual = nullptr;
      run_analog_backward(backward, NoiseSum::square, kKey, again.data(), squares.data());
      CHECK(again == gradient);

      for (int64_t c = 0; c < k.map.channels; ++c) {
        double product = 0, square = 0, size = 0;
        for (int64_t p = 0; p < k.map.pixels; ++p) {
          const Passes passes = expected_passes(k, c, p);
          const double g = static_cast<double>(k.gradient[k.at(c, p)]);
          const double behind = passes.sum ? g : 0.0, own = passes.own ? behind : 0.0;
          CHECK(static_cast<double>(gradient[k.at(c, p)]) == own);
          if (k.residual) CHECK(static_cast<double>(residual[k.at(c, p)]) == behind);
          product += own * k.noise(c, p);
          square += own * own * k.sigma(c, p) * k.sigma(c, p);
          size += std::abs(own * k.noise(c, p));
        }
        CHECK(std::abs(sums[static_cast<std::size_t>(c)] - product) <= 2e-6 * size);
        CHECK(std::abs(squares[static_cast<std::size_t>(c)] - square) <= 2e-6 * square);
      }
    }
  }
}

TEST_CASE("backward: same bits on every instruction set") {
  const test::IsaScope scope;
  for (Case& k : cases()) {
    force_isa(Isa::scalar);
    k.forward();
    const std::vector<uint8_t> passes = k.passes, sum_passes = k.sum_passes;
    std::vector<double> reference(static_cast<std::size_t>(k.map.padded_channels()));
    std::vector<float> gradient = k.gradient;
    run_analog_backward(k.backward(), NoiseSum::product, kKey, gradient.data(), reference.data());
    for (const Isa isa : supported_isas()) {
      force_isa(isa);
      k.forward();
      CHECK(k.passes == passes);
      CHECK(k.sum_passes == sum_passes);
      std::vector<double> sums(reference.size());
      std::vector<float> other = k.gradient;
      run_analog_backward(k.backward(), NoiseSum::product, kKey, other.data(), sums.data());
      CHECK(std::memcmp(sums.data(), reference.data(), sums.size() * sizeof(double)) == 0);
      CHECK(std::memcmp(other.data(), gradient.data(), other.size() * sizeof(float)) == 0);
    }
  }
}

TEST_CASE("a residual's gradient is added to what it has") {
  Case k(20, 11, 16, true, false);
  k.forward();
  std::vector<float> written(k.y.size()), added = k.shortcut, gradient = k.gradient, again = k.gradient;
  std::vector<double> sums(32);
  AnalogBackward backward = k.backward();
  backward.residual = written.data();
  run_analog_backward(backward, NoiseSum::product, kKey, gradient.data(), sums.data());
  backward.residual = added.data();
  backward.accumulate = true;
  run_analog_backward(backward, NoiseSum::product, kKey, again.data(), sums.data());
  for (std::size_t i = 0; i < added.size(); ++i) CHECK(added[i] == k.shortcut[i] + written[i]);
}

TEST_CASE("stored noise takes the place of drawn noise") {
  Case k(20, 11, 16, false, false);
  k.forward();
  std::vector<float> noise(k.y.size(), 0.0f), gradient = k.gradient, again = k.gradient;
  for (int64_t c = 0; c < k.map.channels; ++c) {
    for (int64_t p = 0; p < k.map.pixels; ++p) noise[k.at(c, p)] = static_cast<float>(k.noise(c, p));
  }
  std::vector<double> drawn(32), stored(32);
  run_analog_backward(k.backward(), NoiseSum::product, kKey, gradient.data(), drawn.data());
  AnalogBackward backward = k.backward();
  backward.gains = nullptr;
  backward.noise = noise.data();
  run_analog_backward(backward, NoiseSum::product, kKey, again.data(), stored.data());
  for (std::size_t c = 0; c < 20; ++c) CHECK(stored[c] == doctest::Approx(drawn[c]).epsilon(1e-5));
}
