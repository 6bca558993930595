#include "kernels/elementwise.h"

#include <cmath>
#include <cstring>

#include <doctest/doctest.h>

#include "tests/support/random_values.h"

using namespace dpac;

namespace {

constexpr int64_t kCount = 16 * 37;

/// With values far out, where exponentials end.
std::vector<float> arguments() {
  std::vector<float> values = test::random_values(kCount, 3, -8, 8);
  const float special[] = {0, -0.0f, 3, -3, 6, 1e-30f, -1e-30f, 88, -88, 300, -300, 1e30f, -1e30f};
  std::copy(std::begin(special), std::end(special), values.begin());
  return values;
}

double rectified(const PointwiseActivation& a, double x) {
  const double y = static_cast<double>(a.scale) * x + static_cast<double>(a.shift);
  const double bent = y < 0 ? y * static_cast<double>(a.slope_below) : y;
  return std::min(std::max(bent, static_cast<double>(a.low)), static_cast<double>(a.high));
}

double expected(const PointwiseActivation& a, double x) {
  const double s = 1 / (1 + std::exp(-x)), h = std::min(std::max(x / 6 + 0.5, 0.0), 1.0);
  switch (a.function) {
    case Activation::gelu:
      return x * std::erfc(-x / std::sqrt(2.0)) / 2;
    case Activation::tanh:
      return std::tanh(x);
    case Activation::sigmoid:
      return s;
    case Activation::silu:
      return x * s;
    case Activation::hard_sigmoid:
      return h;
    case Activation::hard_swish:
      return x * h;
    default:
      return rectified(a, x);
  }
}

std::vector<PointwiseActivation> activations() {
  std::vector<PointwiseActivation> all;
  for (const Activation function : {Activation::gelu, Activation::tanh, Activation::sigmoid, Activation::silu,
                                    Activation::hard_sigmoid, Activation::hard_swish}) {
    all.push_back({.function = function});
  }
  all.push_back({.low = 0});
  all.push_back({.low = -0.5f, .high = 1});
  all.push_back({.slope_below = 0.1f});
  all.push_back({.scale = 0.2f, .shift = 0.5f, .low = 0, .high = 1});
  return all;
}

}  // namespace

TEST_CASE("activations and their slopes are the formulas'") {
  const std::vector<float> x = arguments();
  for (const PointwiseActivation& a : activations()) {
    CAPTURE(static_cast<int>(a.function));
    std::vector<float> y(kCount), slopes(kCount);
    activate_values(a, kCount, x.data(), y.data(), slopes.data());
    for (std::size_t i = 0; i < y.size(); ++i) {
      const auto at = static_cast<double>(x[i]);
      CAPTURE(at);
      const double value = expected(a, at);
      CHECK(std::abs(static_cast<double>(y[i]) - value) <= 1e-6 * std::max(1.0, std::abs(value)));
      if (std::abs(at) > 20) continue;
      constexpr double kStep = 1e-4;
      const double slope = (expected(a, at + kStep) - expected(a, at - kStep)) / (2 * kStep);
      const double bend = std::abs(expected(a, at + kStep) - 2 * value + expected(a, at - kStep)) / kStep;
      CHECK(std::abs(static_cast<double>(slopes[i]) - slope) <= 2e-6 + 2 * bend);
    }
  }
}

TEST_CASE("activations may be in place, and need no slopes") {
  const std::vector<float> x = arguments();
  for (const PointwiseActivation& a : activations()) {
    std::vector<float> y(kCount), same = x;
    activate_values(a, kCount, x.data(), y.data(), nullptr);
    activate_values(a, kCount, same.data(), same.data(), nullptr);
    CHECK(std::memcmp(y.data(), same.data(), sizeof(float) * kCount) == 0);
  }
}

TEST_CASE("sums, products and quotients are element by element") {
  const std::vector<float> a = test::random_values(kCount, 1), b = test::random_values(kCount, 2);
  std::vector<float> sum(kCount), product(kCount), quotient(kCount), more = a;
  add_values(kCount, a.data(), b.data(), sum.data());
  multiply_values(kCount, a.data(), b.data(), product.data());
  divide_values(kCount, a.data(), b.data(), quotient.data());
  add_products(kCount, a.data(), b.data(), more.data());
  for (std::size_t i = 0; i < sum.size(); ++i) {
    CHECK(sum[i] == a[i] + b[i]);
    CHECK(product[i] == a[i] * b[i]);
    CHECK(quotient[i] == a[i] / b[i]);
    CHECK(more[i] == std::fma(a[i], b[i], a[i]));
  }
}

TEST_CASE("factors of lanes hold for all pixels of a block") {
  for (const int block : {8, 16}) {
    const int64_t pixels = 37;
    const auto size = static_cast<std::size_t>(pixels * block);
    const std::vector<float> x = test::random_values(size, 1), scale = test::random_values(16, 2),
                             shift = test::random_values(16, 3);
    std::vector<float> scaled(size), affine(size), added = x, spread = x, sums(16, 1.0f);
    scale_lanes(pixels, block, x.data(), scale.data(), nullptr, scaled.data());
    scale_lanes(pixels, block, x.data(), scale.data(), shift.data(), affine.data());
    add_scaled_lanes(pixels, block, x.data(), false, scale.data(), added.data());
    add_scaled_lanes(pixels, block, shift.data(), true, scale.data(), spread.data());
    add_lane_products(pixels, block, x.data(), affine.data(), sums.data());
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t lane = i % static_cast<std::size_t>(block);
      CHECK(scaled[i] == x[i] * scale[lane]);
      CHECK(affine[i] == std::fma(x[i], scale[lane], shift[lane]));
      CHECK(added[i] == std::fma(x[i], scale[lane], x[i]));
      CHECK(spread[i] == std::fma(shift[lane], scale[lane], x[i]));
    }
    for (std::size_t lane = 0; lane < static_cast<std::size_t>(block); ++lane) {
      double sum = 1;
      for (std::size_t i = lane; i < size; i += static_cast<std::size_t>(block)) {
        sum += static_cast<double>(x[i]) * static_cast<double>(affine[i]);
      }
      CHECK(static_cast<double>(sums[lane]) == doctest::Approx(sum).epsilon(1e-5));
    }
  }
}
