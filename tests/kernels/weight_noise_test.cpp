#include "kernels/weight_noise.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include <doctest/doctest.h>

#include "kernels/gaussian.h"
#include "tests/support/isa_scope.h"
#include "tests/support/random_values.h"
#include "tests/support/stats.h"

using namespace dpac;

namespace {

constexpr NoiseKey kKey{.seed = 5, .layer = 3, .repeat = 2, .sample = 9};

struct Case {
  int64_t rows, row_length;
  std::vector<int32_t> repeats;
  std::vector<float> gains, weights, slopes = {}, curves = {};

  Case(int64_t r, int64_t length, std::vector<int32_t> repeats_of_rows)
      : rows(r),
        row_length(length),
        repeats(std::move(repeats_of_rows)),
        gains(test::random_values(static_cast<std::size_t>(r), 1, 0.1f, 2.0f)),
        weights(test::random_values(static_cast<std::size_t>(r * length), 2)) {}

  [[nodiscard]] WeightNoise noise() const {
    return {.row_length = row_length,
            .gains = gains.data(),
            .slopes = slopes.empty() ? nullptr : slopes.data(),
            .curves = curves.empty() ? nullptr : curves.data(),
            .repeats = repeats.empty() ? nullptr : repeats.data()};
  }
};

double sigma_of(const Case& k, std::size_t row, float weight) {
  const auto gain = static_cast<double>(k.gains[row]);
  if (k.slopes.empty()) return gain;
  const double size = std::abs(static_cast<double>(weight));
  return std::max(
      0.0, gain + size * (static_cast<double>(k.slopes[row]) + size * static_cast<double>(k.curves[row])));
}

/// The contract in double arithmetic; the draws are the generator's, tested elsewhere.
std::vector<double> expected(const Case& k) {
  std::vector<double> all(k.weights.begin(), k.weights.end());
  for (uint16_t repeat = 0; repeat < 7; ++repeat) {
    NoiseKey key = kKey;
    key.repeat = static_cast<uint16_t>(kKey.repeat + repeat);
    std::vector<float> xi(all.size());
    fill_gaussian(key, 0, xi);
    for (std::size_t e = 0; e < all.size(); ++e) {
      const std::size_t row = e / static_cast<std::size_t>(k.row_length);
      if (repeat < (k.repeats.empty() ? 1 : k.repeats[row])) {
        all[e] += sigma_of(k, row, k.weights[e]) * static_cast<double>(xi[e]);
      }
    }
  }
  return all;
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const int64_t length : {1, 2, 3, 5, 9, 27, 63, 64, 65, 147, 576}) {
    all.emplace_back(7, length, std::vector<int32_t>{});
    all.emplace_back(7, length, std::vector<int32_t>(7, 3));
    all.emplace_back(7, length, std::vector<int32_t>{1, 3, 2, 7, 1, 1, 5});
    Case curved(7, length, std::vector<int32_t>{1, 3, 2, 7, 1, 1, 5});
    curved.slopes = test::random_values(7, 3, -2.0f, 2.0f);  // Some deviations would fall below zero.
    curved.curves = test::random_values(7, 4, -1.0f, 1.0f);
    all.push_back(curved);
  }
  for (int64_t length = 1; length <= 260; ++length) all.emplace_back(1, length, std::vector<int32_t>{});
  return all;
}

}  // namespace

TEST_CASE("perturbed weights are W + gain times the sum of the draws") {
  const test::IsaScope scope;
  for (const Isa isa : supported_isas()) {
    force_isa(isa);
    CAPTURE(name(isa));
    for (const Case& k : cases()) {
      CAPTURE(k.row_length);
      std::vector<float> noisy(k.weights.size());
      perturb_weights(k.noise(), kKey, 0, k.rows, k.weights.data(), noisy.data());
      const std::vector<double> reference = expected(k);
      double worst = 0;
      for (std::size_t e = 0; e < noisy.size(); ++e) {
        worst = std::max(worst, std::abs(static_cast<double>(noisy[e]) - reference[e]));
      }
      CHECK(worst < 8e-6);  // Sums of up to seven draws, magnitudes up to some 30, half an ulp each.
    }
  }
}

TEST_CASE("weights are perturbed in place as aside") {
  for (const Case& k : cases()) {
    std::vector<float> aside(k.weights.size()), own = k.weights;
    perturb_weights(k.noise(), kKey, 0, k.rows, k.weights.data(), aside.data());
    perturb_weights(k.noise(), kKey, 0, k.rows, own.data(), own.data());
    CHECK(own == aside);
  }
}

TEST_CASE("same bits on every instruction set and for every split of the rows; nothing beyond a row") {
  const test::IsaScope scope;
  for (const Case& k : cases()) {
    CAPTURE(k.row_length);
    force_isa(Isa::scalar);
    std::vector<float> reference(k.weights.size());
    perturb_weights(k.noise(), kKey, 0, k.rows, k.weights.data(), reference.data());
    for (const Isa isa : supported_isas()) {
      force_isa(isa);
      CAPTURE(name(isa));
      std::vector<float> whole(k.weights.size() + 1, 99.0f);
      perturb_weights(k.noise(), kKey, 0, k.rows, k.weights.data(), whole.data());
      CHECK(whole.back() == 99.0f);
      CHECK(std::memcmp(whole.data(), reference.data(), reference.size() * sizeof(float)) == 0);
      for (int64_t row = 0; row < k.rows; ++row) {
        std::vector<float> part(k.weights.size(), 99.0f);
        perturb_weights(k.noise(), kKey, row, row + 1, k.weights.data(), part.data());
        for (int64_t e = 0; e < k.rows * k.row_length; ++e) {
          const auto i = static_cast<std::size_t>(e);
          if (part[i] != (e / k.row_length == row ? reference[i] : 99.0f))
            FAIL_CHECK("row " << row << ", element " << e);
        }
      }
    }
  }
}

TEST_CASE("no rows, nothing is written") {
  const Case k(3, 10, {});
  std::vector<float> noisy(k.weights.size(), 99.0f);
  perturb_weights(k.noise(), kKey, 2, 2, k.weights.data(), noisy.data());
  CHECK(std::count(noisy.begin(), noisy.end(), 99.0f) == 30);
}

TEST_CASE("weight noise has mean 0 and its sigma; averaging K draws divides the variance by K") {
  constexpr int64_t kRows = 4, kLength = 250000;
  const std::vector<float> weights(kRows * kLength, 0.25f);
  const std::vector<int32_t> repeats = {1, 2, 5, 16};
  std::vector<float> gains;
  for (const int32_t k : repeats) gains.push_back(0.3f / static_cast<float>(k));
  std::vector<float> noisy(weights.size());
  perturb_weights({.row_length = kLength, .gains = gains.data(), .repeats = repeats.data()}, kKey, 0, kRows,
                  weights.data(), noisy.data());
  for (std::size_t row = 0; row < kRows; ++row) {
    std::vector<float> z(noisy.begin() + static_cast<std::ptrdiff_t>(row) * kLength,
                         noisy.begin() + static_cast<std::ptrdiff_t>(row + 1) * kLength);
    const float sigma = 0.3f / std::sqrt(static_cast<float>(repeats[row]));
    for (float& v : z) v = (v - 0.25f) / sigma;
    const test::Moments m = test::standard_moments(z);
    CAPTURE(repeats[row]);
    CHECK(std::abs(m.mean) < 0.01);  // Five standard errors.
    CHECK(std::abs(std::sqrt(m.variance) - 1) < 0.01);
    CHECK(test::kolmogorov_smirnov(z) < 1.95);
  }
}
