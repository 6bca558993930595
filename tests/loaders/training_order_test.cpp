#include "loaders/training_order.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include <doctest/doctest.h>

#include "kernels/split_mix.h"
#include "tests/support/stats.h"

using namespace dpac;
using namespace dpac::test;

namespace {

using Order = std::vector<int64_t>;

Order epoch(int64_t size, uint64_t seed, int64_t number) {
  return training_order(size, seed, number * size, size);
}

bool is_permutation_of_all(Order order) {
  Order all(order.size());
  std::iota(all.begin(), all.end(), int64_t{0});
  std::sort(order.begin(), order.end());
  return order == all;
}

}  // namespace

TEST_CASE("SplitMix64 gives the published words") {
  SplitMix64 zero(0);
  for (const uint64_t word : {0xe220a8397b1dcdafU, 0x6e789e6aa1b965f4U, 0x06c45d188009454fU}) {
    CHECK(zero.next() == word);
  }
  SplitMix64 random(1234567);
  for (const uint64_t word : {6457827717110365317U, 3203168211198807973U, 9817491932198370423U,
                              4593380528125082431U, 16408922859458223821U}) {
    CHECK(random.next() == word);
  }
}

TEST_CASE("every epoch is a permutation, and no two are the same") {
  std::vector<Order> epochs;
  for (const uint64_t seed : {0U, 1U}) {
    for (int64_t e = 0; e < 20; ++e) {
      epochs.push_back(epoch(50, seed, e));
      CHECK(is_permutation_of_all(epochs.back()));
    }
  }
  std::sort(epochs.begin(), epochs.end());
  CHECK(std::adjacent_find(epochs.begin(), epochs.end()) == epochs.end());
}

TEST_CASE("any part of the sequence is what the whole one has there") {
  const Order whole = training_order(7, 3, 0, 40);
  REQUIRE(whole.size() == 40);
  for (int64_t first = 0; first <= 40; ++first) {
    for (int64_t count = 0; first + count <= 40; ++count) {
      const Order part(whole.begin() + first, whole.begin() + first + count);
      CHECK(training_order(7, 3, first, count) == part);
    }
  }
}

TEST_CASE("over the epochs a sample comes at every place equally often") {
  std::array<long, 10> places{};
  for (int64_t e = 0; e < 2000; ++e) {
    const Order order = epoch(10, 5, e);
    ++places[static_cast<std::size_t>(std::find(order.begin(), order.end(), 3) - order.begin())];
  }
  CHECK(chi_square_deviation(places) < 5);
}

TEST_CASE("a set of one sample") {
  CHECK(training_order(1, 9, 5, 3) == Order{0, 0, 0});
}
