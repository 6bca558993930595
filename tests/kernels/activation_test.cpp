#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "kernels/analog_epilogue.h"
#include "tests/support/isa_scope.h"

using namespace dpac;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Dense near zero and everywhere else, and what lies beyond.
std::vector<float> arguments() {
  std::vector<float> all;
  for (int i = -30000; i <= 30000; ++i) all.push_back(static_cast<float>(i) * 0x1p-11f);
  for (int exponent = -148; exponent < 128; ++exponent) {
    for (const float mantissa : {1.0f, 1.3f, 1.7f}) {
      all.push_back(std::ldexp(mantissa, exponent));
      all.push_back(-all.back());
    }
  }
  all.insert(all.end(), {0.0f, -0.0f, kInfinity, -kInfinity, std::numeric_limits<float>::quiet_NaN()});
  while (all.size() % 16 != 0) all.push_back(1.0f);
  return all;
}

struct Activated {
  std::vector<float> values, slopes;
};

/// By an epilogue that does nothing else.
Activated run(Activation activation, const std::vector<float>& x, const Quantizer& before = {},
              const Quantizer& after = {}) {
  Activated result{std::vector<float>(x.size()), std::vector<float>(x.size())};
  const PixelRun all{0, static_cast<int64_t>(x.size() / 16), 0};
  const AnalogEpilogue epilogue{.map = {16, all.end, 16},
                                .runs = std::span(&all, 1),
                                .activation = activation,
                                .quantizer = before,
                                .result_quantizer = after,
                                .slopes = result.slopes.data()};
  run_analog_epilogue(epilogue, {}, x.data(), result.values.data(), nullptr);
  return result;
}

double cumulative_normal(double x) {
  return 0.5 * std::erfc(-x / std::sqrt(2.0));
}

double gelu_slope(double x) {
  const double density = std::exp(-0.5 * x * x) / std::sqrt(2.0 * 3.14159265358979323846);
  return cumulative_normal(x) + (std::isinf(x) ? 0.0 : x * density);
}

double tanh_slope(double x) {
  return 1.0 / (std::cosh(x) * std::cosh(x));
}

}  // namespace

TEST_CASE("GELU and its slope are those of the error function") {
  const test::IsaScope scope;
  const std::vector<float> x = arguments();
  for (const Isa isa : supported_isas()) {
    force_isa(isa);
    const Activated gelu = run(Activation::gelu, x);
    double worst = 0, worst_slope = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto v = static_cast<double>(x[i]);
      if (!std::isfinite(v)) continue;
      const double error = std::abs(static_cast<double>(gelu.values[i]) - v * cumulative_normal(v));
      worst = std::max(worst, error / std::max(1.0, std::abs(v)));
      worst_slope = std::max(worst_slope, std::abs(static_cast<double>(gelu.slopes[i]) - gelu_slope(v)));
    }
    CHECK(worst < 3e-7);
    CHECK(worst_slope < 4e-7);
  }
}

TEST_CASE("tanh and its slope") {
  const test::IsaScope scope;
  const std::vector<float> x = arguments();
  for (const Isa isa : supported_isas()) {
    force_isa(isa);
    const Activated tanh = run(Activation::tanh, x);
    double worst = 0, worst_slope = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto v = static_cast<double>(x[i]);
      if (std::isnan(v)) continue;
      const double error = std::abs(static_cast<double>(tanh.values[i]) - std::tanh(v));
      // Of a denormal number nothing is asked but that it is near.
      worst = std::max(worst, error / std::max(std::abs(std::tanh(v)), 0x1p-126));
      worst_slope = std::max(worst_slope, std::abs(static_cast<double>(tanh.slopes[i]) - tanh_slope(v)));
    }
    CHECK(worst < 4e-7);
    CHECK(worst_slope < 8e-7);
  }
}

TEST_CASE("activations have their limits, and what is no number stays none") {
  const test::IsaScope scope;
  std::vector<float> x(16, std::numeric_limits<float>::quiet_NaN());
  x[1] = kInfinity;
  x[2] = -kInfinity;
  for (const Isa isa : supported_isas()) {
    force_isa(isa);
    const Activated gelu = run(Activation::gelu, x), tanh = run(Activation::tanh, x);
    for (const Activated& a : {gelu, tanh}) {
      CHECK(std::isnan(a.values[0]));
      CHECK(std::isnan(a.slopes[0]));
    }
    CHECK(gelu.values[1] == kInfinity);
    CHECK(gelu.values[2] == 0.0f);
    CHECK(gelu.slopes[1] == 1.0f);
    CHECK(gelu.slopes[2] == 0.0f);
    CHECK(tanh.values[1] == 1.0f);
    CHECK(tanh.values[2] == -1.0f);
    CHECK(tanh.slopes[1] == 0.0f);
    CHECK(tanh.slopes[2] == 0.0f);
  }
}

TEST_CASE("activations and slopes: same bits on every instruction set") {
  const test::IsaScope scope;
  std::vector<float> x = arguments();
  for (float& v : x) v = std::isnan(v) ? 0.0f : v;
  for (const Activation activation : {Activation::gelu, Activation::tanh, Activation::sigmoid,
                                      Activation::silu, Activation::hard_sigmoid, Activation::hard_swish}) {
    force_isa(Isa::scalar);
    const Activated reference = run(activation, x);
    for (const Isa isa : supported_isas()) {
      force_isa(isa);
      const Activated other = run(activation, x);
      CHECK(std::memcmp(other.values.data(), reference.values.data(), x.size() * sizeof(float)) == 0);
      CHECK(std::memcmp(other.slopes.data(), reference.slopes.data(), x.size() * sizeof(float)) == 0);
    }
  }
}

TEST_CASE("a slope is that at the quantised value, and zero where either quantiser clamps") {
  std::vector<float> x = arguments();
  std::erase_if(x, [](float v) { return std::isnan(v); });
  x.resize(x.size() / 16 * 16);
  const Quantizer before = make_quantizer(-2, 1.5, 256), after = make_quantizer(-0.0625, 0.75, 256);
  for (const Activation activation :
       {Activation::gelu, Activation::tanh, Activation::silu, Activation::hard_swish}) {
    std::vector<float> grid(x.size());
    quantize_values(before, static_cast<int64_t>(x.size()), x.data(), grid.data());
    const Activated bare = run(activation, grid), quantised = run(activation, x, before, after);
    int64_t clamped = 0, passed = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const bool inside = x[i] >= before.min && x[i] <= before.max && bare.values[i] >= after.min &&
                          bare.values[i] <= after.max;
      CHECK(quantised.slopes[i] == (inside ? bare.slopes[i] : 0.0f));
      ++(inside ? passed : clamped);
    }
    CHECK(clamped > 1000);
    CHECK(passed > 1000);
  }
}
