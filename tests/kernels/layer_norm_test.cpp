#include "kernels/layer_norm.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include <doctest/doctest.h>

#include "kernels/analog_epilogue.h"
#include "kernels/patch_norm.h"
#include "tests/support/isa_scope.h"
#include "tests/support/plain_quantizer.h"
#include "tests/support/random_values.h"

using namespace dpac;
using test::bit, test::inside, test::quantised;

namespace {

constexpr float kEpsilon = 1e-3f;

/// A map that is normalised, and what the kernel keeps of it.
struct Case {
  BlockedMap map;
  std::vector<float> x, gamma, beta, y, normalised, inverse_deviation, sums;
  std::vector<uint8_t> passes;
  Quantizer quantizer = {};

  Case(int64_t channels, int64_t pixels, int block, bool quantised = false) : map{channels, pixels, block} {
    x = padded(map, 1, -1.0f, 3.0f);
    gamma = padded({channels, 1, block}, 2, 0.5f, 2.0f);
    beta = padded({channels, 1, block}, 3, -1.0f, 1.0f);
    // Without zero, so that the padding must be kept at zero.
    if (quantised) quantizer = make_quantizer(0.25, 1.75, 32);
    y.assign(x.size(), -5.0f);
    normalised = y;
    inverse_deviation.assign(static_cast<std::size_t>(pixels), -5.0f);
    sums = inverse_deviation;
    passes.assign(x.size() / 8, 0x5a);
  }

  static std::vector<float> padded(const BlockedMap& shape, uint32_t seed, float low, float high) {
    std::vector<float> values = test::random_values(static_cast<std::size_t>(shape.size()), seed, low, high);
    clear_padding(shape, values.data());
    return values;
  }

  [[nodiscard]] LayerNorm forward() {
    return {.map = map,
            .gamma = gamma.data(),
            .beta = beta.data(),
            .epsilon = kEpsilon,
            .quantizer = quantizer,
            .normalised = normalised.data(),
            .inverse_deviation = inverse_deviation.data(),
            .passes = passes.data()};
  }

  [[nodiscard]] LayerNormBackward backward() const {
    return {.map = map,
            .gamma = gamma.data(),
            .normalised = normalised.data(),
            .inverse_deviation = inverse_deviation.data(),
            .passes = passes.data()};
  }

  void run() { layer_norm(forward(), 0, map.pixels, x.data(), y.data(), sums.data()); }

  [[nodiscard]] std::size_t at(int64_t c, int64_t p) const {
    return static_cast<std::size_t>(((c / map.block) * map.pixels + p) * map.block + c % map.block);
  }
  [[nodiscard]] bool passes_at(int64_t c, int64_t p) const { return bit(passes, at(c, p)); }
  [[nodiscard]] std::vector<double> pixel(const std::vector<float>& values, int64_t p) const {
    std::vector<double> features;
    for (int64_t c = 0; c < map.channels; ++c) features.push_back(static_cast<double>(values[at(c, p)]));
    return features;
  }
};

struct Expected {
  std::vector<double> normalised, y;  ///< Before the quantiser.
  double inverse_deviation = 0;
};

Expected normalise(const Case& k, const std::vector<double>& x) {
  Expected e;
  const auto count = static_cast<double>(x.size());
  double mean = 0, variance = 0;
  for (const double v : x) mean += v / count;
  for (const double v : x) variance += (v - mean) * (v - mean) / count;
  e.inverse_deviation = 1 / std::sqrt(variance + static_cast<double>(kEpsilon));
  for (std::size_t c = 0; c < x.size(); ++c) {
    e.normalised.push_back((x[c] - mean) * e.inverse_deviation);
    e.y.push_back(static_cast<double>(k.gamma[c]) * e.normalised[c] + static_cast<double>(k.beta[c]));
  }
  return e;
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const int block : {8, 16}) {
    for (const int64_t channels : {1, 5, 8, 17, 26, 64, 128, 313}) {
      for (const int64_t pixels : {1, 5, 16, 37}) {
        for (const bool quantised : {false, true}) all.emplace_back(channels, pixels, block, quantised);
      }
    }
  }
  return all;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

/// How many of one element's results are not those of the oracle.
int wrong_at(const Case& k, const Expected& e, int64_t c, int64_t p) {
  constexpr double kBound = 1e-5;
  const auto channel = static_cast<std::size_t>(c);
  const double y = e.y[channel], found = static_cast<double>(k.y[k.at(c, p)]);
  int wrong = std::abs(static_cast<double>(k.normalised[k.at(c, p)]) - e.normalised[channel]) > kBound;
  // Next to an edge of the quantiser both of its sides are right.
  const double below = quantised(k.quantizer, y - kBound), above = quantised(k.quantizer, y + kBound);
  wrong += found < below - kBound || found > above + kBound;
  const bool edge = inside(k.quantizer, y - kBound) != inside(k.quantizer, y + kBound);
  wrong += !edge && k.passes_at(c, p) != inside(k.quantizer, y);
  return wrong;
}

}  // namespace

TEST_CASE("layer normalisation: its formula, zeros in the padding, and its sums of squares") {
  const test::IsaScope scope;
  for (const Isa isa : supported_isas()) {
    force_isa(isa);
    CAPTURE(name(isa));
    for (Case& k : cases()) {
      CAPTURE(k.map.channels);
      CAPTURE(k.map.pixels);
      CAPTURE(k.map.block);
      k.run();
      int wrong = 0;
      for (int64_t p = 0; p < k.map.pixels; ++p) {
        const Expected e = normalise(k, k.pixel(k.x, p));
        const double found = static_cast<double>(k.inverse_deviation[static_cast<std::size_t>(p)]);
        wrong += std::abs(found - e.inverse_deviation) > 1e-5 * e.inverse_deviation;
        for (int64_t c = 0; c < k.map.channels; ++c) wrong += wrong_at(k, e, c, p);
        for (int64_t c = k.map.channels; c < k.map.padded_channels(); ++c) {
          wrong += k.y[k.at(c, p)] != 0 || k.normalised[k.at(c, p)] != 0;
        }
      }
      CHECK(wrong == 0);
      std::vector<float> sums(k.sums.size());
      sum_squares(k.map, k.y.data(), sums.data());
      CHECK(same_bits(k.sums, sums));
    }
  }
}

TEST_CASE("layer normalisation: large means do not cancel the variance") {
  Case k(313, 3, 16);
  for (float& v : k.x) v += 1000.0f;
  clear_padding(k.map, k.x.data());
  k.run();
  for (int64_t p = 0; p < 3; ++p) {
    const Expected e = normalise(k, k.pixel(k.x, p));
    for (int64_t c = 0; c < 313; ++c) {
      const double found = static_cast<double>(k.y[k.at(c, p)]);
      CHECK(std::abs(found - e.y[static_cast<std::size_t>(c)]) <= 3e-4);
    }
  }
}

TEST_CASE("layer normalisation: same bits on every instruction set, in parts, in place, and without extras") {
  const test::IsaScope scope;
  for (const Case& reference_case : cases()) {
    Case reference = reference_case;
    force_isa(Isa::scalar);
    reference.run();
    std::vector<float> gradient = Case::padded(reference.map, 4, -1.0f, 1.0f);
    const std::vector<float> start = gradient;
    layer_norm_backward(reference.backward(), 0, reference.map.pixels, gradient.data());
    for (const Isa isa : supported_isas()) {
      force_isa(isa);
      CAPTURE(name(isa));
      Case k = reference_case;
      k.y = k.x;
      std::vector<float> other = start;
      for (int64_t begin = 0; begin < k.map.pixels; begin += 7) {
        const int64_t end = std::min(k.map.pixels, begin + 7);
        layer_norm(k.forward(), begin, end, k.y.data(), k.y.data(), k.sums.data());
        layer_norm_backward(k.backward(), begin, end, other.data());
      }
      CHECK(same_bits(k.y, reference.y));
      CHECK(same_bits(k.sums, reference.sums));
      CHECK(same_bits(k.normalised, reference.normalised));
      CHECK(same_bits(k.inverse_deviation, reference.inverse_deviation));
      CHECK(k.passes == reference.passes);
      CHECK(same_bits(other, gradient));

      LayerNorm plain = k.forward();
      plain.normalised = plain.inverse_deviation = nullptr;
      plain.passes = nullptr;
      layer_norm(plain, 0, k.map.pixels, k.x.data(), k.y.data(), nullptr);
      CHECK(same_bits(k.y, reference.y));
    }
  }
}

TEST_CASE("the gradient of layer normalisation is that of its differences") {
  for (Case& k : cases()) {
    CAPTURE(k.map.channels);
    CAPTURE(k.map.block);
    k.run();
    const std::vector<float> above = Case::padded(k.map, 5, -1.0f, 1.0f);
    std::vector<float> gradient = above;
    layer_norm_backward(k.backward(), 0, k.map.pixels, gradient.data());
    const int64_t p = k.map.pixels - 1;
    // What goes back does not change with x: which elements the quantiser clamps is settled.
    const auto loss = [&](const std::vector<double>& x) {
      const Expected e = normalise(k, x);
      double sum = 0;
      for (int64_t c = 0; c < k.map.channels; ++c) {
        if (k.passes_at(c, p))
          sum += e.y[static_cast<std::size_t>(c)] * static_cast<double>(above[k.at(c, p)]);
      }
      return sum;
    };
    std::vector<double> x = k.pixel(k.x, p);
    int wrong = 0;
    for (int64_t c = 0; c < k.map.channels; ++c) {
      constexpr double kStep = 1e-5;
      double& moved = x[static_cast<std::size_t>(c)];
      const double middle = moved;
      moved = middle + kStep;
      const double up = loss(x);
      moved = middle - kStep;
      const double down = loss(x);
      moved = middle;
      const double found = static_cast<double>(gradient[k.at(c, p)]);
      wrong += std::abs(found - (up - down) / (2 * kStep)) > 3e-5;
    }
    for (int64_t c = k.map.channels; c < k.map.padded_channels(); ++c) wrong += gradient[k.at(c, p)] != 0;
    CHECK(wrong == 0);
  }
}

TEST_CASE("the gradient of layer normalisation: all passes without bits") {
  Case k(26, 9, 16);
  k.run();
  std::vector<float> gradient = Case::padded(k.map, 6, -1.0f, 1.0f), again = gradient;
  layer_norm_backward(k.backward(), 0, 9, gradient.data());
  LayerNormBackward open = k.backward();
  open.passes = nullptr;
  layer_norm_backward(open, 0, 9, again.data());
  CHECK(same_bits(gradient, again));
}
