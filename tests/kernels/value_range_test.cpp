#include "kernels/value_range.h"

#include <algorithm>
#include <bit>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/isa_scope.h"
#include "tests/support/random_values.h"

using namespace dpac;

TEST_CASE("the range of values, for every length and start, on every instruction set") {
  const test::IsaScope scope;
  const auto values = test::random_values(300, 21, -3.0f, 5.0f);
  for (const Isa isa : supported_isas()) {
    force_isa(isa);
    CAPTURE(name(isa));
    for (std::size_t start = 0; start < 20; ++start) {
      for (std::size_t count = 1; start + count <= 160; ++count) {
        const auto from = values.begin() + static_cast<std::ptrdiff_t>(start);
        const auto [min, max] = std::minmax_element(from, from + static_cast<std::ptrdiff_t>(count));
        CHECK(range_of({values.data() + start, count}) == ValueRange{*min, *max});
      }
    }
  }
}

TEST_CASE("an extreme is found wherever it is") {
  const test::IsaScope scope;
  for (const Isa isa : supported_isas()) {
    force_isa(isa);
    CAPTURE(name(isa));
    for (std::size_t at = 0; at < 131; ++at) {
      std::vector<float> values(131, 2.0f);
      values[at] = -7.0f;
      CHECK(range_of(values) == ValueRange{-7.0f, 2.0f});
      values[at] = 9.0f;
      CHECK(range_of(values) == ValueRange{2.0f, 9.0f});
    }
  }
}

TEST_CASE("no values have an empty range, which grows with what is joined to it") {
  const test::IsaScope scope;
  for (const Isa isa : supported_isas()) {
    force_isa(isa);
    ValueRange range = range_of({});
    CHECK(range == ValueRange{});
    CHECK(range.min > range.max);
    range.join({1.0f, 2.0f});
    range.join({-1.0f, 1.5f});
    CHECK(range == ValueRange{-1.0f, 2.0f});
    CHECK(range.width() == 3.0f);
  }
}

TEST_CASE("zeros of both signs give the same bits") {
  const test::IsaScope scope;
  const std::vector<float> zeros = {-0.0f, 0.0f, -0.0f};
  for (const Isa isa : supported_isas()) {
    force_isa(isa);
    for (std::size_t count = 1; count <= 3; ++count) {
      const ValueRange range = range_of({zeros.data(), count});
      CHECK(std::bit_cast<uint32_t>(range.min) == 0);
      CHECK(std::bit_cast<uint32_t>(range.max) == 0);
    }
  }
}
