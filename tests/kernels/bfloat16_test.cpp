#include "kernels/bfloat16.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "kernels/analog_epilogue.h"
#include "kernels/isa.h"
#include "kernels/patch_norm.h"
#include "tests/support/isa_scope.h"
#include "tests/support/random_values.h"

using namespace dpac;

namespace {

std::vector<float> values(int64_t n, float scale, uint32_t seed) {
  return test::random_values(static_cast<std::size_t>(n), seed, -scale, scale);
}

std::vector<Bfloat16> narrowed(const std::vector<float>& v) {
  std::vector<Bfloat16> made(v.size());
  narrow(std::ssize(v), v.data(), made.data());
  return made;
}

std::vector<float> widened(const std::vector<Bfloat16>& v) {
  std::vector<float> made(v.size());
  widen(std::ssize(v), v.data(), made.data());
  return made;
}

TEST_CASE("a float is rounded to the nearest bfloat16, ties to the even one") {
  CHECK(to_float(to_bfloat16(1.0f)) == 1.0f);
  // Between 1 and 2 bfloat16 has steps of 2^-7.
  CHECK(to_float(to_bfloat16(1.0f + 0x1p-8f)) == 1.0f);
  CHECK(to_float(to_bfloat16(1.0f + 3 * 0x1p-8f)) == 1.0f + 2 * 0x1p-7f);
  CHECK(to_float(to_bfloat16(std::nextafter(1.0f + 0x1p-8f, 2.0f))) == 1.0f + 0x1p-7f);
  CHECK(to_float(to_bfloat16(-1.0f - 0x1p-8f)) == -1.0f);
  CHECK(std::signbit(to_float(to_bfloat16(-0.0f))));
  CHECK(to_float(to_bfloat16(std::numeric_limits<float>::max())) == std::numeric_limits<float>::infinity());
  CHECK(std::isnan(to_float(to_bfloat16(std::numeric_limits<float>::quiet_NaN()))));
  CHECK(to_float(to_bfloat16(0x1p-133f)) == 0x1p-133f);  // A denormal.
}

TEST_CASE("arrays are rounded as single values are, on every instruction set and for every length") {
  const test::IsaScope scope;
  for (const Isa isa : supported_isas()) {
    force_isa(isa);
    for (const int64_t n : {0, 1, 7, 16, 33, 1000}) {
      const std::vector<float> v = values(n, 3, 1);
      const std::vector<Bfloat16> halves = narrowed(v);
      for (std::size_t i = 0; i < v.size(); ++i) {
        CHECK(halves[i] == to_bfloat16(v[i]));
        CHECK(widened(halves)[i] == to_float(halves[i]));
      }
    }
  }
}

/// One sample of shot noise with a quantiser, and a residual sum behind all but smooth activations.
struct EpilogueCase {
  static constexpr int64_t kPixels = 21;

  EpilogueCase(int64_t channels, Activation function)
      : map{channels, kPixels, 16},
        activation(function),
        gains(static_cast<std::size_t>(map.padded_channels()), 0.0f),
        scales(test::random_values(kPixels, 3, 0, 1)),
        src(narrowed(values(map.size(), 2, 4))),
        shortcut(narrowed(values(map.size(), 2, 5))) {
    std::fill_n(gains.begin(), channels, 0.1f);
  }

  [[nodiscard]] AnalogEpilogue epilogue(const void* residual) const {
    return {.map = map,
            .runs = {&run, 1},
            .gains = gains.data(),
            .scales = scales.data(),
            .activation = activation,
            .quantizer = make_quantizer(-4, 4, 256),
            .residual = is_smooth(activation) ? nullptr : residual,
            .relu_after_residual = !is_smooth(activation)};
  }

  /// In float32, then rounded.
  [[nodiscard]] std::vector<Bfloat16> expected() const {
    const std::vector<float> wide = widened(src), residual = widened(shortcut);
    std::vector<float> y(wide.size());
    run_analog_epilogue(epilogue(residual.data()), {.seed = 9}, wide.data(), y.data(), nullptr);
    return narrowed(y);
  }

  BlockedMap map;
  PixelRun run{0, kPixels, 0};
  Activation activation;
  std::vector<float> gains, scales;
  std::vector<Bfloat16> src, shortcut;
};

/// sum_c y[c, p]^2 in double precision.
double sum_of_squares(const BlockedMap& map, const std::vector<Bfloat16>& y, int64_t p) {
  double sum = 0;
  for (int64_t c = 0; c < map.channels; ++c) {
    const auto i = static_cast<std::size_t>((c / map.block * map.pixels + p) * map.block + c % map.block);
    sum += static_cast<double>(to_float(y[i])) * static_cast<double>(to_float(y[i]));
  }
  return sum;
}

TEST_CASE("an epilogue in bfloat16 is that in float32, rounded once; its sums are of what is stored") {
  const test::IsaScope scope;
  for (const Isa isa : supported_isas()) {
    force_isa(isa);
    for (const int64_t channels : {16, 40}) {
      for (const Activation activation : {Activation::none, Activation::relu, Activation::gelu}) {
        CAPTURE(name(isa));
        CAPTURE(channels);
        const EpilogueCase k(channels, activation);
        std::vector<Bfloat16> y = k.src;  // In place.
        std::vector<float> sums(EpilogueCase::kPixels), again(EpilogueCase::kPixels);
        run_analog_epilogue(k.epilogue(k.shortcut.data()), {.seed = 9}, y.data(), y.data(), sums.data());
        CHECK(y == k.expected());
        for (int64_t p = 0; p < k.map.pixels; ++p) {
          CHECK(static_cast<double>(sums[static_cast<std::size_t>(p)]) ==
                doctest::Approx(sum_of_squares(k.map, y, p)).epsilon(1e-6));
        }
        sum_squares(k.map, y.data(), again.data());
        CHECK(again == sums);
      }
    }
  }
}

}  // namespace
