#include "kernels/gaussian.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "kernels/gaussian_table.h"
#include "tests/support/isa_scope.h"
#include "tests/support/stats.h"

using namespace dpac;

namespace {

constexpr NoiseKey kKey{.seed = 20210206, .step = 0, .layer = 5, .repeat = 0, .sample = 17};

std::vector<float> draw(const NoiseKey& key, std::size_t count, uint32_t first_block = 0) {
  std::vector<float> z(count);
  fill_gaussian(key, first_block, z);
  return z;
}

/// The value a word stands for, by bisection on erfc: independent of the polynomials.
double exact_value(uint32_t word) {
  const auto odd = static_cast<int32_t>(word | 1u);
  const double u = std::abs(static_cast<double>(odd)) / 2147483648.0;
  double low = 0, high = 8;
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    (std::erfc(middle / std::sqrt(2.0)) > u ? low : high) = middle;
  }
  return odd < 0 ? -low : low;
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
    uint64_t seed = 0;
    uint32_t counter[4] = {}, expected[4] = {};
    fields >> std::hex >> seed;
    for (uint32_t& word : counter) fields >> word;
    for (uint32_t& word : expected) fields >> word;
    REQUIRE(fields);
    const NoiseKey key{.seed = seed,
                       .step = counter[3],
                       .layer = static_cast<uint16_t>(counter[2]),
                       .repeat = static_cast<uint16_t>(counter[2] >> 16),
                       .sample = counter[1]};
    for (const Isa isa : supported_isas()) {
      CAPTURE(name(isa));
      CAPTURE(line);
      force_isa(isa);
      uint32_t words[4] = {};
      fill_words(key, counter[0], words);
      CHECK(std::equal(words, words + 4, expected));
    }
    ++cases;
  }
  CHECK(cases == 6);
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
    for (uint32_t block = 1; block < 20; ++block) {
      const std::vector<float> z = draw(kKey, 256, block);
      CHECK(std::memcmp(z.data(), reference.data() + block * 4, 256 * sizeof(float)) == 0);
    }
  }
}

TEST_CASE("values are the inverse normal CDF of their words") {
  const test::IsaScope scope;
  std::vector<uint32_t> words(20000);
  fill_words(kKey, 0, words);
  for (const Isa isa : supported_isas()) {
    CAPTURE(name(isa));
    force_isa(isa);
    const std::vector<float> z = draw(kKey, words.size());
    double worst = 0;
    for (std::size_t i = 0; i < z.size(); ++i) {
      worst = std::max(worst, std::abs(static_cast<double>(z[i]) - exact_value(words[i])));
    }
    CHECK(worst < 5e-6);
    CHECK(worst > 1e-7);
  }
}

TEST_CASE("four million values: moments, Kolmogorov-Smirnov, tails") {
  const std::size_t n = std::size_t{1} << 22;
  const std::vector<float> z = draw(kKey, n);
  const test::Moments m = test::standard_moments(z);
  const double root = std::sqrt(static_cast<double>(n));
  CHECK(std::abs(m.mean) < 5 / root);
  CHECK(std::abs(m.variance - 1) < 5 * std::sqrt(2.0) / root);
  CHECK(std::abs(m.skewness) < 5 * std::sqrt(15.0) / root);
  CHECK(std::abs(m.kurtosis - 3) < 5 * std::sqrt(96.0) / root);
  CHECK(test::kolmogorov_smirnov(z) < 1.95);
  for (const double x : {1.0, 2.0, 3.0, 4.0, 5.0}) {
    CAPTURE(x);
    const double expected = static_cast<double>(n) * test::two_sided_tail(x);
    const auto beyond =
        std::count_if(z.begin(), z.end(), [x](float v) { return std::abs(static_cast<double>(v)) > x; });
    CHECK(std::abs(static_cast<double>(beyond) - expected) < 5 * std::sqrt(expected) + 1);
  }
}

TEST_CASE("tails reach beyond 6 sigma") {
  // The smallest |f| of each of the lowest octaves, through the same table the kernels read.
  CHECK(kGaussianTable[0][0] > 6.1f);
  CHECK(kGaussianTable[0][kGaussianOctaves - 1] == 0.0f);
}

TEST_CASE("256 equally likely cells are equally full") {
  const std::vector<float> z = draw({.seed = 9}, std::size_t{1} << 20);
  std::vector<long> counts(256);
  for (const float v : z) {
    const double u = 0.5 * std::erfc(-static_cast<double>(v) / std::sqrt(2.0));
    ++counts[std::min<std::size_t>(255, static_cast<std::size_t>(u * 256))];
  }
  CHECK(std::abs(test::chi_square_deviation(counts)) < 5);
}

TEST_CASE("neighbouring keys give independent values") {
  constexpr std::size_t kCount = 1 << 18;
  const double bound = 5 / std::sqrt(static_cast<double>(kCount));
  const NoiseKey base{.seed = 3, .step = 1, .layer = 2, .repeat = 1, .sample = 8};
  const std::vector<float> z = draw(base, kCount);
  std::vector<NoiseKey> neighbours(5, base);
  neighbours[0].seed = 4;
  neighbours[1].step = 2;
  neighbours[2].layer = 3;
  neighbours[3].repeat = 2;
  neighbours[4].sample = 9;
  for (const NoiseKey& neighbour : neighbours) {
    CHECK(std::abs(test::correlation(z, draw(neighbour, kCount))) < bound);
  }
  for (const std::size_t lag : {1u, 2u, 4u, 16u, 64u}) {
    CAPTURE(lag);
    CHECK(std::abs(test::correlation({z.data(), kCount - lag}, {z.data() + lag, kCount - lag})) < bound);
  }
  CHECK(test::correlation(z, draw(base, kCount)) > 0.999);
}
