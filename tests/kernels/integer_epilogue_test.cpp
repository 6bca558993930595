#include "kernels/integer_epilogue.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "kernels/gaussian.h"
#include "tests/support/isa_scope.h"
#include "tests/support/random_values.h"
#include "tests/support/stats.h"

using namespace dpac;

namespace {

constexpr NoiseKey kKey{.seed = 11, .layer = 4, .repeat = 1, .sample = 123};

enum Option : unsigned {
  kNoise = 1,
  kRepeats = 2,
  kOffsets = 4,
  kRelu = 8,
  kResidual = 16,
  kReluAfter = 32,
  kNorms = 64,
  kFloors = 128,
  kOwnNorms = 256
};

/// One problem with its data: pre-activations of some +-4.
struct Case {
  IntegerMap map;
  unsigned options;
  Quantizer quantizer = make_quantizer(-2.0, 3.1, 256), residual_quantizer = make_quantizer(0, 2.9, 256),
            sum_quantizer = make_quantizer(-1.7, 4.4, 256);
  std::vector<float> alpha, bias, gains, floors, norms;
  std::vector<int32_t> offsets, repeats, patch_sums, acc, norm_places;
  std::vector<uint8_t> residual;

  Case(int64_t channels, int64_t pixels, unsigned with) : map{channels, pixels}, options(with) {
    const auto padded = static_cast<std::size_t>(channels);
    alpha = test::random_values(padded, 1, 1e-5f, 4e-5f);
    bias = test::random_values(padded, 2, -0.5f, 0.5f);
    gains = test::random_values(padded, 3, 0.05f, 0.4f);
    floors = test::random_values(padded, 9, 0.05f, 0.4f);
    norms = test::random_values(static_cast<std::size_t>(2 * pixels), 10, 0.2f, 2.0f);
    for (int64_t c = 0; c < channels; ++c) norm_places.push_back(static_cast<int32_t>(c % 2 * pixels));
    offsets = integers(padded, 4, 128);
    repeats = integers(padded, 5, 2);
    for (int32_t& r : repeats) r += 3;  // 1 ... 5.
    patch_sums = integers(static_cast<std::size_t>(pixels), 6, 1000);
    acc = integers(static_cast<std::size_t>(map.size()), 7, 100000);
    for (const int32_t v : integers(acc.size(), 8, 127)) residual.push_back(static_cast<uint8_t>(v + 128));
    // Far outside of the range on both sides, without overflow in acc + offset * sum.
    acc.front() = std::numeric_limits<int32_t>::max() - 200000;
    acc.back() = std::numeric_limits<int32_t>::min() + 200000;
  }

  static std::vector<int32_t> integers(std::size_t count, uint32_t seed, int32_t bound) {
    std::vector<int32_t> values;
    for (const float v : test::random_values(count, seed, -1.0f, 1.0f)) {
      values.push_back(static_cast<int32_t>(std::lround(static_cast<double>(v) * bound)));
    }
    return values;
  }

  [[nodiscard]] bool has(Option option) const { return (options & option) != 0; }

  [[nodiscard]] IntegerEpilogue epilogue() const {
    return {.map = map,
            .alpha = alpha.data(),
            .offsets = has(kOffsets) ? offsets.data() : nullptr,
            .bias = bias.data(),
            .patch_sums = has(kOffsets) ? patch_sums.data() : nullptr,
            .gains = has(kNoise) ? gains.data() : nullptr,
            .floors = has(kNorms) && has(kFloors) ? floors.data() : nullptr,
            .scales = has(kNorms) ? norms.data() : nullptr,
            .scale_places = has(kOwnNorms) ? norm_places.data() : nullptr,
            .repeats = has(kRepeats) ? repeats.data() : nullptr,
            .relu = has(kRelu),
            .quantizer = quantizer,
            .residual = has(kResidual) ? residual.data() : nullptr,
            .residual_quantizer = residual_quantizer,
            .relu_after_residual = has(kReluAfter),
            .sum_quantizer = sum_quantizer};
  }

  [[nodiscard]] std::vector<uint8_t> run() const {
    std::vector<uint8_t> dst(acc.size() + 1, 0xA5);
    run_integer_epilogue(epilogue(), kKey, 0, map.pixels, acc.data(), dst.data());
    CHECK(dst.back() == 0xA5);
    dst.pop_back();
    return dst;
  }
};

double sigma_of(const Case& k, std::size_t channel, std::size_t pixel) {
  const auto gain = static_cast<double>(k.gains[channel]);
  if (!k.has(kNorms)) return gain;
  const auto place = k.has(kOwnNorms) ? static_cast<std::size_t>(k.norm_places[channel]) : 0;
  const double scaled = gain * static_cast<double>(k.norms[place + pixel]);
  return k.has(kFloors) ? std::hypot(scaled, static_cast<double>(k.floors[channel])) : scaled;
}

double clamped_code(const Quantizer& q, double scale, double v) {
  return std::clamp(v / scale, static_cast<double>(q.low), static_cast<double>(q.high));
}

/// The exact code before its rounding, less the smallest one, and whether a rounding before it was near a
/// tie.
struct Expected {
  double byte;
  bool uncertain;
};

constexpr double kNearTie = 2e-3;

Expected expected(const Case& k, int64_t c, int64_t p) {
  const auto channel = static_cast<std::size_t>(c), pixel = static_cast<std::size_t>(p);
  const auto index = static_cast<std::size_t>(p * k.map.channels + c);
  int64_t sum = k.acc[index];
  if (k.has(kOffsets)) sum += int64_t{k.offsets[channel]} * k.patch_sums[pixel];
  double y =
      static_cast<double>(k.alpha[channel]) * static_cast<double>(sum) + static_cast<double>(k.bias[channel]);
  for (int32_t draw = 0; k.has(kNoise) && draw < (k.has(kRepeats) ? k.repeats[channel] : 1); ++draw) {
    NoiseKey key = kKey;
    key.repeat = static_cast<uint16_t>(kKey.repeat + draw);
    float xi = 0;
    fill_gaussian(key, element_number(c, p, k.map.pixels), {&xi, 1});
    y += sigma_of(k, channel, pixel) * static_cast<double>(xi);
  }
  if (k.has(kRelu)) y = std::max(y, 0.0);
  const double code = clamped_code(k.quantizer, 5.1 / 255, y);
  if (!k.has(kResidual)) return {code - static_cast<double>(k.quantizer.low), false};
  const bool uncertain = std::abs(code - std::floor(code) - 0.5) < kNearTie;
  y = std::nearbyint(code) * (5.1 / 255);
  y += (k.residual[index] + static_cast<double>(k.residual_quantizer.low)) * (2.9 / 255);
  if (k.has(kReluAfter)) y = std::max(y, 0.0);
  return {clamped_code(k.sum_quantizer, 6.1 / 255, y) - static_cast<double>(k.sum_quantizer.low), uncertain};
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const int64_t channels : {16, 32, 48, 80}) {
    for (const int64_t pixels : {1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 49}) {
      all.emplace_back(channels, pixels, 63u);
      all.emplace_back(channels, pixels, 511u);
    }
  }
  for (unsigned options = 0; options < 64; ++options) all.emplace_back(32, 13, options);
  for (const unsigned norms : {64u, 192u, 320u, 448u}) all.emplace_back(32, 13, norms + kNoise);
  return all;
}

}  // namespace

TEST_CASE("the integer epilogue is the contract's formula") {
  const test::IsaScope scope;
  for (const Isa isa : supported_isas()) {
    force_isa(isa);
    CAPTURE(name(isa));
    for (const Case& k : cases()) {
      CAPTURE(k.map.channels);
      CAPTURE(k.map.pixels);
      CAPTURE(k.options);
      const std::vector<uint8_t> dst = k.run();
      int64_t uncertain = 0;
      for (int64_t i = 0; i < k.map.size(); ++i) {
        const Expected e = expected(k, i % k.map.channels, i / k.map.channels);
        uncertain += e.uncertain;
        const double error = std::abs(static_cast<double>(dst[static_cast<std::size_t>(i)]) - e.byte);
        if (!e.uncertain && error > 0.5 + kNearTie)
          FAIL_CHECK("element " << i << " is off by " << error << " codes");
      }
      CHECK(uncertain * 20 <= k.map.size());
    }
  }
}

TEST_CASE("integer epilogue: same bits on every instruction set and for every split of the pixels") {
  const test::IsaScope scope;
  for (const Case& k : cases()) {
    CAPTURE(k.options);
    force_isa(Isa::scalar);
    const std::vector<uint8_t> reference = k.run();
    for (const Isa isa : supported_isas()) {
      force_isa(isa);
      CAPTURE(name(isa));
      CHECK(k.run() == reference);
      for (const int64_t step : {1, 3, 6}) {
        std::vector<uint8_t> parts(reference.size());
        for (int64_t p = 0; p < k.map.pixels; p += step) {
          run_integer_epilogue(k.epilogue(), kKey, p, std::min(p + step, k.map.pixels), k.acc.data(),
                               parts.data());
        }
        CHECK(parts == reference);
      }
    }
  }
}

TEST_CASE("only the pixels asked for are written") {
  const Case k(32, 13, 63u);
  const std::vector<uint8_t> whole = k.run();
  std::vector<uint8_t> part(whole.size(), 0xA5);
  run_integer_epilogue(k.epilogue(), kKey, 3, 10, k.acc.data(), part.data());
  for (std::size_t i = 0; i < part.size(); ++i)
    CHECK(part[i] == (i / 32 >= 3 && i / 32 < 10 ? whole[i] : 0xA5));
}

TEST_CASE("ties go to the even code, and padding channels become the byte of zero") {
  const test::IsaScope scope;
  const std::vector<float> alpha = {0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0, 0, 0, 0, 0, 0, 0, 0};
  const std::vector<float> bias(16, 0.0f);
  const std::vector<int32_t> acc = {1, 3, 5, -1, -3, -5, 600, -600, 7, 7, 7, 7, 7, 7, 7, 7};
  const Quantizer ones{.scale = 1, .inverse_scale = 1, .low = -127, .high = 128};
  const std::vector<uint8_t> expected_bytes = {127, 129, 129, 127, 125, 125, 255, 0,
                                               127, 127, 127, 127, 127, 127, 127, 127};
  const IntegerEpilogue e{.map = {16, 1}, .alpha = alpha.data(), .bias = bias.data(), .quantizer = ones};
  for (const Isa isa : supported_isas()) {
    force_isa(isa);
    CAPTURE(name(isa));
    std::vector<uint8_t> dst(16);
    run_integer_epilogue(e, kKey, 0, 1, acc.data(), dst.data());
    CHECK(dst == expected_bytes);
  }
}

TEST_CASE("noise of K averaged draws has a K-th of the variance, channel by channel") {
  constexpr int64_t kPixels = 20000;
  const std::vector<float> zeros(16, 0.0f);
  std::vector<float> gains;
  std::vector<int32_t> repeats;
  for (int32_t c = 0; c < 16; ++c) {
    repeats.push_back(c % 4 == 0 ? 1 : c % 4 == 1 ? 3 : c % 4 == 2 ? 7 : 20);
    gains.push_back(20.0f / static_cast<float>(repeats.back()));
  }
  const std::vector<int32_t> acc(16 * kPixels, 0);
  std::vector<uint8_t> dst(acc.size());
  const IntegerEpilogue e{.map = {16, kPixels},
                          .alpha = zeros.data(),
                          .bias = zeros.data(),
                          .gains = gains.data(),
                          .repeats = repeats.data(),
                          .quantizer = {.scale = 1, .inverse_scale = 1, .low = -128, .high = 127}};
  run_integer_epilogue(e, kKey, 0, kPixels, acc.data(), dst.data());
  for (int64_t c = 0; c < 16; ++c) {
    CAPTURE(c);
    std::vector<float> z;
    for (int64_t p = 0; p < kPixels; ++p)
      z.push_back(static_cast<float>(dst[static_cast<std::size_t>(p * 16 + c)]) - 128);
    const test::Moments m = test::standard_moments(z);
    const double variance = 400.0 / repeats[static_cast<std::size_t>(c)] + 1.0 / 12;  // The rounding's own.
    CHECK(std::abs(m.mean) < 5 * std::sqrt(variance / kPixels));
    CHECK(std::abs(m.variance / variance - 1) < 5 * std::sqrt(2.0 / kPixels));
  }
}
