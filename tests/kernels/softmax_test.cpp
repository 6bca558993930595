#include "kernels/softmax.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/isa_scope.h"
#include "tests/support/plain_quantizer.h"
#include "tests/support/random_values.h"

using namespace dpac;
using test::bit, test::inside, test::quantised;

namespace {

constexpr int64_t kRows = 5;
constexpr float kScale = 0.37f;

/// Whether v is so near to an edge of the quantiser that float32 may take it for the other side.
bool at_edge(const Quantizer& q, double v, double bound) {
  return quantised(q, v - bound) != quantised(q, v + bound) || inside(q, v - bound) != inside(q, v + bound);
}

/// Rows of scores, and what the kernel makes of them.
struct Case {
  int64_t columns, real;
  std::vector<float> s, p, exact;
  std::vector<uint8_t> scaled_passes, passes;
  Quantizer scaled_quantizer = {}, quantizer = {};

  Case(int64_t all, int64_t real_ones, bool quantised) : columns(all), real(real_ones) {
    const auto size = static_cast<std::size_t>(kRows * padded_row(all));
    s = test::random_values(size, 1, -9.0f, 9.0f);
    if (quantised) {
      scaled_quantizer = make_quantizer(-2.5, 2.25, 64);
      quantizer = make_quantizer(0, 1.5 / static_cast<double>(real), 16);
      for (float& score : s) {
        while (at_edge(scaled_quantizer, scaled(score), 1e-4)) score *= 0.99f;
      }
    }
    p.assign(size, -5.0f);
    exact = p;
    scaled_passes.assign(size / 8, 0x5a);
    passes = scaled_passes;
  }

  static double scaled(float score) { return static_cast<double>(kScale) * static_cast<double>(score); }

  [[nodiscard]] Softmax forward() {
    return {.columns = columns,
            .real = real,
            .scale = kScale,
            .scaled_quantizer = scaled_quantizer,
            .quantizer = quantizer,
            .exact = exact.data(),
            .scaled_passes = scaled_passes.data(),
            .passes = passes.data()};
  }
  [[nodiscard]] SoftmaxBackward backward() const {
    return {.columns = columns,
            .scale = kScale,
            .exact = exact.data(),
            .scaled_passes = scaled_passes.data(),
            .passes = passes.data()};
  }
  [[nodiscard]] std::size_t at(int64_t row, int64_t column) const {
    return static_cast<std::size_t>(row * padded_row(columns) + column);
  }
  /// Q1(scale * s) of a row's real columns.
  [[nodiscard]] std::vector<double> quantised_scores(int64_t row) const {
    std::vector<double> z;
    for (int64_t j = 0; j < real; ++j) z.push_back(quantised(scaled_quantizer, scaled(s[at(row, j)])));
    return z;
  }
};

std::vector<double> probabilities(const std::vector<double>& z) {
  double sum = 0;
  for (const double v : z) sum += std::exp(v);
  std::vector<double> p;
  for (const double v : z) p.push_back(std::exp(v) / sum);
  return p;
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const int64_t columns : {1, 5, 16, 17, 26, 64, 128, 313}) {
    for (const int64_t real : {columns, (columns + 1) / 2, int64_t{1}}) {
      for (const bool quantised : {false, true}) all.emplace_back(columns, real, quantised);
    }
  }
  return all;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

/// How many of the results at a real column are not those of the oracle.
int wrong_at(const Case& k, std::size_t i, double p) {
  constexpr double kBound = 1e-6;
  int wrong = std::abs(static_cast<double>(k.exact[i]) - p) > kBound * p;
  // Next to an edge of the quantiser both of its sides are right.
  const double found = static_cast<double>(k.p[i]);
  wrong += found < quantised(k.quantizer, p - kBound * p) - kBound * p;
  wrong += found > quantised(k.quantizer, p + kBound * p) + kBound * p;
  wrong += bit(k.scaled_passes, i) != inside(k.scaled_quantizer, Case::scaled(k.s[i]));
  wrong += !at_edge(k.quantizer, p, kBound * p) && bit(k.passes, i) != inside(k.quantizer, p);
  return wrong;
}

}  // namespace

TEST_CASE("softmax: its formula, and zeros in columns that are not real") {
  const test::IsaScope scope;
  for (const Isa isa : supported_isas()) {
    force_isa(isa);
    CAPTURE(name(isa));
    for (Case& k : cases()) {
      CAPTURE(k.columns);
      CAPTURE(k.real);
      softmax(k.forward(), kRows, k.s.data(), k.p.data());
      int wrong = 0;
      for (int64_t row = 0; row < kRows; ++row) {
        const std::vector<double> p = probabilities(k.quantised_scores(row));
        for (int64_t j = 0; j < k.real; ++j)
          wrong += wrong_at(k, k.at(row, j), p[static_cast<std::size_t>(j)]);
        for (int64_t j = k.real; j < padded_row(k.columns); ++j) {
          const std::size_t i = k.at(row, j);
          wrong += k.p[i] != 0 || k.exact[i] != 0 || bit(k.scaled_passes, i) || bit(k.passes, i);
        }
      }
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("softmax: same bits on every instruction set, row by row, in place, and without extras") {
  const test::IsaScope scope;
  for (const Case& start : cases()) {
    Case reference = start;
    force_isa(Isa::scalar);
    softmax(reference.forward(), kRows, reference.s.data(), reference.p.data());
    const std::vector<float> above = test::random_values(reference.s.size(), 2);
    std::vector<float> gradient = above;
    softmax_backward(reference.backward(), kRows, gradient.data());
    for (const Isa isa : supported_isas()) {
      force_isa(isa);
      CAPTURE(name(isa));
      Case k = start;
      k.p = k.s;
      softmax(k.forward(), kRows, k.p.data(), k.p.data());
      CHECK(same_bits(k.p, reference.p));
      CHECK(same_bits(k.exact, reference.exact));
      CHECK(k.scaled_passes == reference.scaled_passes);
      CHECK(k.passes == reference.passes);
      std::vector<float> other = above;
      softmax_backward(k.backward(), kRows, other.data());
      CHECK(same_bits(other, gradient));

      Softmax plain = k.forward();
      plain.exact = nullptr;
      plain.scaled_passes = plain.passes = nullptr;
      for (int64_t row = 0; row < kRows; ++row) {
        softmax(plain, 1, k.s.data() + k.at(row, 0), k.p.data() + k.at(row, 0));
      }
      CHECK(same_bits(k.p, reference.p));
    }
  }
}

TEST_CASE("softmax: scores of any size, and scores that are no numbers") {
  const test::IsaScope scope;
  constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
  for (const Isa isa : supported_isas()) {
    force_isa(isa);
    for (const bool quantised : {false, true}) {
      Case k(26, 20, quantised);
      // Padding may hold anything, and has no say.
      for (int64_t row = 0; row < kRows; ++row) k.s[k.at(row, 22)] = row == 3 ? kNone : 1e30f;
      std::fill_n(k.s.begin() + static_cast<int64_t>(k.at(0, 0)), 20, -3e38f);
      k.s[k.at(1, 7)] = 3e38f;
      k.s[k.at(2, 13)] = kNone;
      softmax(k.forward(), kRows, k.s.data(), k.p.data());
      const auto found = [&](int64_t row, int64_t j) { return static_cast<double>(k.exact[k.at(row, j)]); };
      for (int64_t j = 0; j < 20; ++j) {
        CHECK(found(0, j) == doctest::Approx(0.05));
        if (!quantised) CHECK(found(1, j) == (j == 7 ? 1.0 : 0.0));
        CHECK(std::isnan(found(2, j)));
        CHECK(std::isnan(k.p[k.at(2, j)]));
        CHECK(found(3, j) > 0);
      }
      for (int64_t row = 0; row < kRows; ++row) CHECK(k.p[k.at(row, 22)] == 0);
    }
  }
}

TEST_CASE("the gradient of softmax is that of its differences") {
  for (Case& k : cases()) {
    CAPTURE(k.columns);
    CAPTURE(k.real);
    softmax(k.forward(), kRows, k.s.data(), k.p.data());
    const std::vector<float> above = test::random_values(k.s.size(), 3);
    std::vector<float> gradient = above;
    softmax_backward(k.backward(), kRows, gradient.data());
    int wrong = 0;
    for (int64_t row = 0; row < kRows; ++row) {
      // Which elements are clamped is settled: it does not change with z.
      const auto loss = [&](const std::vector<double>& z) {
        const std::vector<double> p = probabilities(z);
        double sum = 0;
        for (std::size_t j = 0; j < z.size(); ++j) {
          const std::size_t i = k.at(row, static_cast<int64_t>(j));
          if (bit(k.passes, i)) sum += p[j] * static_cast<double>(above[i]);
        }
        return sum;
      };
      std::vector<double> z = k.quantised_scores(row);
      for (int64_t j = 0; j < k.real; ++j) {
        constexpr double kStep = 1e-5;
        double& moved = z[static_cast<std::size_t>(j)];
        const double middle = moved;
        moved = middle + kStep;
        const double up = loss(z);
        moved = middle - kStep;
        const double down = loss(z);
        moved = middle;
        const bool passes = bit(k.scaled_passes, k.at(row, j));
        const double expected = passes ? static_cast<double>(kScale) * (up - down) / (2 * kStep) : 0.0;
        wrong += std::abs(static_cast<double>(gradient[k.at(row, j)]) - expected) > 2e-7;
      }
      for (int64_t j = k.real; j < padded_row(k.columns); ++j) wrong += gradient[k.at(row, j)] != 0;
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("the gradient of softmax: all passes without bits") {
  Case k(26, 20, false);
  softmax(k.forward(), kRows, k.s.data(), k.p.data());
  std::vector<float> gradient = test::random_values(k.s.size(), 4), again = gradient;
  softmax_backward(k.backward(), kRows, gradient.data());
  SoftmaxBackward open = k.backward();
  open.scaled_passes = open.passes = nullptr;
  softmax_backward(open, kRows, again.data());
  CHECK(gradient == again);
}
