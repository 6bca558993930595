#include "kernels/gaussian.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "kernels/gaussian_table.h"
#include "tests/support/ars7.h"
#include "tests/support/isa_scope.h"
#include "tests/support/stats.h"

using namespace dpac;

namespace {

constexpr NoiseKey kKey{.seed = 20210206, .step = 0, .layer = 5, .repeat = 0, .sample = 17};

std::vector<float> draw(const NoiseKey& key, std::size_t count, int64_t first = 0) {
  std::vector<float> z(count);
  fill_gaussian(key, first, z);
  return z;
}

uint32_t with_bytes_reversed(uint32_t word) {
  return word << 24 | (word & 0xFF00u) << 8 | (word >> 8 & 0xFF00u) | word >> 24;
}

/// |z| of a two-sided tail probability, by bisection on erfc: independent of the polynomials.
double magnitude_of(double u) {
  double low = 0, high = 8;
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    (std::erfc(middle / std::sqrt(2.0)) > u ? low : high) = middle;
  }
  return low;
}

/// An element's value by the contract's words.
double exact_value(const NoiseKey& key, uint32_t element) {
  const uint32_t group = element / 32, word = element % 16;
  const test::Block counter = {4 * group + word / 4, key.sample, key.layer | uint32_t{key.repeat} << 16,
                               key.step};
  const test::Block block = test::ars7(counter, key.seed, 2);
  const auto read = [&](const test::Block& words) {
    return element % 32 < 16 ? words[word % 4] : with_bytes_reversed(words[word % 4]);
  };
  const auto rounded = static_cast<float>(static_cast<int32_t>(read(block)));
  const double p = static_cast<double>(rounded) / 2147483648.0;
  double u = 1 - std::abs(p);
  if (u <= std::exp2(-12)) {
    const test::Block tail = test::ars7(block, key.seed, 0x8000000000000002u);
    u = static_cast<double>(read(tail) >> 8 | 1u) * std::exp2(-36);
  }
  return p < 0 ? -magnitude_of(u) : magnitude_of(u);
}

/// Counts of many values.
struct Tally {
  explicit Tally(std::size_t size) : n(size) {
    constexpr std::size_t kStep = std::size_t{1} << 20;
    NoiseKey key = kKey;
    for (std::size_t begin = 0; begin < n; begin += kStep, ++key.sample)
      add(draw(key, std::min(kStep, n - begin)));
  }

  void add(const std::vector<float>& values) {
    for (const float value : values) {
      const double z = static_cast<double>(value), cdf = 0.5 * std::erfc(-z / std::sqrt(2.0));
      ++cells[std::min(cells.size() - 1, static_cast<std::size_t>(cdf * static_cast<double>(cells.size())))];
      for (std::size_t i = 0; i < limits.size(); ++i) beyond[i] += std::abs(z) > limits[i];
      double power = 1;
      for (double& sum : powers) sum += power *= z;
    }
  }

  /// sqrt(n) D of Kolmogorov and Smirnov, at the cells' borders.
  [[nodiscard]] double kolmogorov_smirnov() const {
    double distance = 0, below = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      below += static_cast<double>(cells[i]) / static_cast<double>(n);
      distance = std::max(distance,
                          std::abs(below - static_cast<double>(i + 1) / static_cast<double>(cells.size())));
    }
    return std::sqrt(static_cast<double>(n)) * distance;
  }

  /// Counts of 256 equally likely cells.
  [[nodiscard]] std::vector<long> wide_cells() const {
    std::vector<long> wide(256);
    for (std::size_t i = 0; i < cells.size(); ++i) wide[i / (cells.size() / wide.size())] += cells[i];
    return wide;
  }

  static constexpr std::array limits = {1.0, 2.0, 3.0, 3.5, 3.7, 4.0, 4.5, 5.0};
  std::size_t n;
  std::vector<long> cells = std::vector<long>(1 << 14);  ///< Equally likely.
  std::array<long, limits.size()> beyond = {};           ///< Values of larger magnitude than each limit.
  std::array<double, 4> powers = {};                     ///< Sums of z, z^2, z^3, z^4.
};

void check_normal(const Tally& tally) {
  const auto n = static_cast<double>(tally.n), root = std::sqrt(n);
  CHECK(std::abs(tally.powers[0] / n) < 5 / root);
  CHECK(std::abs(tally.powers[1] / n - 1) < 5 * std::sqrt(2.0) / root);
  CHECK(std::abs(tally.powers[2] / n) < 5 * std::sqrt(15.0) / root);
  CHECK(std::abs(tally.powers[3] / n - 3) < 5 * std::sqrt(96.0) / root);
  CHECK(tally.kolmogorov_smirnov() < 1.95);
  CHECK(std::abs(test::chi_square_deviation(tally.wide_cells())) < 5);
  for (std::size_t i = 0; i < tally.limits.size(); ++i) {
    CAPTURE(tally.limits[i]);
    const double expected = n * test::two_sided_tail(tally.limits[i]);
    CHECK(std::abs(static_cast<double>(tally.beyond[i]) - expected) < 5 * std::sqrt(expected) + 1);
  }
}

}  // namespace

TEST_CASE("the generator gives Random123's ARS-7 on every instruction set") {
  const test::IsaScope scope;
  std::ifstream file(std::string(DPAC_TEST_DIR) + "/kat/ars7.txt");
  REQUIRE(file);
  std::string line;
  int cases = 0;
  while (std::getline(file, line)) {
    if (line.starts_with('#')) continue;
    std::istringstream fields(line);
    uint64_t seed = 0, version = 0;
    test::Block counter = {}, expected = {};
    fields >> std::hex >> seed >> version;
    for (uint32_t& word : counter) fields >> word;
    for (uint32_t& word : expected) fields >> word;
    REQUIRE(fields);
    CAPTURE(line);
    CHECK(test::ars7(counter, seed, version) == expected);
    ++cases;
    if (version != kStreamVersion) continue;
    const NoiseKey key{.seed = seed,
                       .step = counter[3],
                       .layer = static_cast<uint16_t>(counter[2]),
                       .repeat = static_cast<uint16_t>(counter[2] >> 16),
                       .sample = counter[1]};
    for (const Isa isa : supported_isas()) {
      CAPTURE(name(isa));
      force_isa(isa);
      test::Block words = {};
      fill_words(key, counter[0], words);
      CHECK(words == expected);
    }
  }
  CHECK(cases == 12);
}

TEST_CASE("every instruction set gives the same bits, for every length and start") {
  const test::IsaScope scope;
  force_isa(Isa::scalar);
  const std::vector<float> reference = draw(kKey, 4096);
  for (const Isa isa : supported_isas()) {
    CAPTURE(name(isa));
    force_isa(isa);
    for (std::size_t count = 0; count <= 200; ++count) {
      std::vector<float> z(count + 1, 99.0f);
      fill_gaussian(kKey, 0, {z.data(), count});
      CHECK(std::memcmp(z.data(), reference.data(), count * sizeof(float)) == 0);
      CHECK(z[count] == 99.0f);
    }
    for (int64_t first = 1; first < 70; ++first) {
      const std::vector<float> z = draw(kKey, 256, first);
      CHECK(std::memcmp(z.data(), reference.data() + first, 256 * sizeof(float)) == 0);
    }
  }
}

TEST_CASE("every instruction set gives the same bits in the tail") {
  const test::IsaScope scope;
  constexpr std::size_t kCount = 1 << 18;
  force_isa(Isa::scalar);
  const std::vector<float> reference = draw(kKey, kCount);
  CHECK(std::count_if(reference.begin(), reference.end(), [](float z) { return std::abs(z) > 3.67f; }) > 30);
  for (const Isa isa : supported_isas()) {
    CAPTURE(name(isa));
    force_isa(isa);
    CHECK(draw(kKey, kCount) == reference);
  }
}

TEST_CASE("values are the inverse normal CDF of their words") {
  double worst = 0;
  const std::vector<float> z = draw(kKey, 10000);
  for (uint32_t e = 0; e < z.size(); ++e)
    worst = std::max(worst, std::abs(static_cast<double>(z[e]) - exact_value(kKey, e)));
  CHECK(worst < 1.3e-4);
  CHECK(worst > 1e-4);  // No bound that anything would keep.
}

TEST_CASE("values of the tail are those of its own words") {
  const std::vector<float> z = draw(kKey, std::size_t{1} << 20);
  int found = 0;
  for (uint32_t e = 0; e < z.size(); ++e) {
    if (std::abs(z[e]) < 3.66f) continue;
    CAPTURE(e);
    CHECK(std::abs(static_cast<double>(z[e]) - exact_value(kKey, e)) < 1.3e-4);
    ++found;
  }
  CHECK(found > 200);
}

TEST_CASE("sixteen million values: moments, Kolmogorov-Smirnov, chi-square, tails") {
  check_normal(Tally(std::size_t{1} << 24));
}

TEST_CASE("a hundred million values" * doctest::skip()) {
  check_normal(Tally(100 * 1000 * 1000));
}

TEST_CASE("tails reach beyond 6 sigma") {
  // The tail's smallest probability is half of the first octave's begin, where m = 1.
  const double s = 1 + static_cast<double>(kGaussianWarp[0]) + static_cast<double>(kGaussianWarp[1]);
  double ratio = 0;
  for (int power = kGaussianDegree; power >= 0; --power)
    ratio = ratio * s + static_cast<double>(kGaussianTable[power][0]);
  CHECK(std::abs(ratio - magnitude_of(std::exp2(kGaussianFirst - 1))) < 1.3e-4);
  CHECK(ratio > 6.7);
}

TEST_CASE("the two values of a word are independent") {
  constexpr std::size_t kPairs = std::size_t{1} << 22, kCells = 64;
  const std::vector<float> z = draw(kKey, 2 * kPairs);
  std::vector<float> first, second;
  std::vector<long> counts(kCells * kCells);
  long beyond = 0;
  const auto cell_of = [](float v) {
    const double cdf = 0.5 * std::erfc(-static_cast<double>(v) / std::sqrt(2.0));
    return std::min(kCells - 1, static_cast<std::size_t>(cdf * static_cast<double>(kCells)));
  };
  for (std::size_t i = 0; i < kPairs; ++i) {
    first.push_back(z[i / 16 * 32 + i % 16]);
    second.push_back(z[i / 16 * 32 + 16 + i % 16]);
    ++counts[cell_of(first.back()) * kCells + cell_of(second.back())];
    beyond += std::abs(first.back()) > 2.5f && std::abs(second.back()) > 2.5f;
  }
  CHECK(std::abs(test::correlation(first, second)) < 5 / std::sqrt(static_cast<double>(kPairs)));
  CHECK(std::abs(test::chi_square_deviation(counts)) < 5);
  const double expected = static_cast<double>(kPairs) * std::pow(test::two_sided_tail(2.5), 2);
  CHECK(std::abs(static_cast<double>(beyond) - expected) < 5 * std::sqrt(expected));
}

TEST_CASE("neighbouring keys give independent values") {
  constexpr std::size_t kCount = 1 << 18;
  const double bound = 5 / std::sqrt(static_cast<double>(kCount));
  const NoiseKey base{.seed = 3, .step = 1, .layer = 2, .repeat = 1, .sample = 8};
  const std::vector<float> z = draw(base, kCount);
  std::vector<NoiseKey> neighbours(7, base);
  neighbours[0].seed = 4;
  neighbours[1].step = 2;
  neighbours[2].layer = 3;
  neighbours[3].repeat = 2;
  neighbours[4].sample = 9;
  neighbours[5].stream = NoiseStream::weights;
  neighbours[6].stream = NoiseStream::chip;
  for (const NoiseKey& neighbour : neighbours) {
    CHECK(std::abs(test::correlation(z, draw(neighbour, kCount))) < bound);
  }
  for (const std::size_t lag : {1u, 2u, 4u, 8u, 16u, 32u, 64u}) {
    CAPTURE(lag);
    CHECK(std::abs(test::correlation({z.data(), kCount - lag}, {z.data() + lag, kCount - lag})) < bound);
  }
  CHECK(test::correlation(z, draw(base, kCount)) > 0.999);
}
