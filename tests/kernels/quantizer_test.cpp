#include "kernels/quantizer.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/isa_scope.h"
#include "tests/support/messages.h"
#include "tests/support/random_values.h"

using namespace dpac;
using test::message_of;

namespace {

/// docs/model.md section 3 in double arithmetic, from the range and not from the Quantizer.
struct Oracle {
  double min, max;
  int64_t levels;

  [[nodiscard]] double scale() const { return (max - min) / static_cast<double>(levels - 1); }
  [[nodiscard]] double code(double v) const {
    const double first = std::nearbyint(min / scale()), last = first + static_cast<double>(levels - 1);
    return std::clamp(std::nearbyint(std::clamp(v, min, max) / scale()), first, last);
  }
  /// How far v / scale is from where the code changes, in codes.
  [[nodiscard]] double distance_to_tie(double v) const {
    const double x = v / scale();
    return std::abs(x - std::floor(x) - 0.5);
  }
};

const std::vector<Oracle> kRanges = {{-1, 1, 256},
                                     {0, 6, 256},
                                     {-2.5, 0, 256},
                                     {0.5, 3, 256},
                                     {-4, -1, 16},
                                     {-0.1, 7.3, 41},
                                     {-1, 2, 2},
                                     {-3, 3, 3},
                                     {-1, 1, 4096},
                                     {-1e-4, 1e-4, 255},
                                     {-1e4, 2.5e4, 41},
                                     {0, 1, 65536},
                                     {-1, 1, int64_t{1} << 20}};

}  // namespace

TEST_CASE("levels are 2 to the bits, rounded; bits need not be whole") {
  CHECK(levels_of(1) == 2);
  CHECK(levels_of(8) == 256);
  CHECK(levels_of(24) == int64_t{1} << 24);
  CHECK(levels_of(5.37) == 41);  // 2^5.37 = 41.36
  CHECK(levels_of(1.5) == 3);    // 2.83
}

TEST_CASE("errors of quantisers name what was asked for") {
  const double nan = std::numeric_limits<double>::quiet_NaN(),
               infinite = std::numeric_limits<double>::infinity();
  CHECK(message_of([] { levels_of(0.99); }) == "a quantiser takes 1 to 24 bits, but 0.99 were asked for");
  CHECK(message_of([] { levels_of(24.5); }) == "a quantiser takes 1 to 24 bits, but 24.5 were asked for");
  CHECK(message_of([&] { levels_of(nan); }) == "a quantiser takes 1 to 24 bits, but nan were asked for");
  CHECK(message_of([] { make_quantizer(1, -1, 256); }) ==
        "a quantiser's range must be finite and not empty, but it is [1, -1]");
  CHECK(message_of([&] { make_quantizer(0, infinite, 256); }) ==
        "a quantiser's range must be finite and not empty, but it is [0, inf]");
  CHECK(message_of([&] { make_quantizer(-1e39, 0, 256); }) ==
        "a quantiser's range must be finite and not empty, but it is [-1e+39, 0]");
  CHECK(message_of([&] { make_quantizer(nan, 1, 256); }) ==
        "a quantiser's range must be finite and not empty, but it is [nan, 1]");
  CHECK(message_of([] { make_quantizer(0, 1, 1); }) ==
        "a quantiser takes 2 to 16777216 levels, but 1 were asked for");
  CHECK(message_of([] { make_quantizer(0, 1, (int64_t{1} << 24) + 1); }) ==
        "a quantiser takes 2 to 16777216 levels, but 16777217 were asked for");
  CHECK(message_of([] { make_quantizer(1, 1, 256); }) == "no error");
}

TEST_CASE("a quantiser's fields follow from its range") {
  for (const Oracle& o : kRanges) {
    CAPTURE(o.min);
    CAPTURE(o.max);
    const Quantizer q = make_quantizer(o.min, o.max, o.levels);
    CHECK(q.scale == static_cast<float>(o.scale()));
    CHECK(q.inverse_scale == static_cast<float>(1 / o.scale()));
    CHECK(static_cast<double>(q.low) == o.code(o.min));
    CHECK(static_cast<double>(q.high) == o.code(o.max));
    CHECK(q.high - q.low < static_cast<float>(o.levels));
  }
  // A tie at both ends: -0.5 / 1 and 254.5 / 1 would make 255 codes from -0 to 254, of 256.
  const Quantizer ties = make_quantizer(-0.5, 254.5, 256);
  CHECK(ties.low == 0.0f);
  CHECK(ties.high == 254.0f);
  // The other way round there would be one too many: -1.5 -> -2 and 2.5 + 251 -> 254.
  const Quantizer bounded = make_quantizer(-1.5, 253.5, 256);
  CHECK(bounded.low == -2.0f);
  CHECK(bounded.high == 253.0f);
}

TEST_CASE("codes of values: nearest, half to even, clamped") {
  const test::IsaScope scope;
  for (const Isa isa : supported_isas()) {
    force_isa(isa);
    CAPTURE(name(isa));
    for (const Oracle& o : kRanges) {
      CAPTURE(o.min);
      CAPTURE(o.levels);
      const auto width = static_cast<float>(o.max - o.min);
      auto values =
          test::random_values(3000, 7, static_cast<float>(o.min) - width, static_cast<float>(o.max) + width);
      for (const float planted :
           {0.0f, -0.0f, 1e30f, -1e30f, static_cast<float>(o.min), static_cast<float>(o.max)}) {
        values.push_back(planted);
      }
      std::vector<float> quantized(values.size());
      quantize_values(make_quantizer(o.min, o.max, o.levels), static_cast<int64_t>(values.size()),
                      values.data(), quantized.data());
      int compared = 0;
      for (std::size_t i = 0; i < values.size(); ++i) {
        const auto v = static_cast<double>(values[i]);
        // Within float32's error of a tie either neighbour is right.
        if (o.distance_to_tie(v) < 3e-7 * (1 + std::abs(v) / o.scale())) continue;
        ++compared;
        const double expected = o.scale() * o.code(v);
        const double error = std::abs(static_cast<double>(quantized[i]) - expected);
        if (error > 1.3e-7 * std::abs(expected))
          FAIL_CHECK(v << " became " << quantized[i] << ", not " << expected);
      }
      CHECK(compared > 1000);
    }
  }
}

TEST_CASE("exact ties go to the even code, and what is just below one does not") {
  const test::IsaScope scope;
  const Quantizer ones = make_quantizer(-128, 127, 256);
  REQUIRE(ones.scale == 1.0f);
  const std::vector<float> values = {0.5f,       1.5f,       2.5f,   -0.5f,       -1.5f,
                                     -2.5f,      126.5f,     127.5f, 0.49999997f, -0.49999997f,
                                     1.4999999f, 2.5000002f, -128.5f};
  const std::vector<float> expected = {0, 2, 2, 0, -2, -2, 126, 127, 0, 0, 1, 3, -128};
  for (const Isa isa : supported_isas()) {
    force_isa(isa);
    CAPTURE(name(isa));
    std::vector<float> quantized(values.size());
    quantize_values(ones, static_cast<int64_t>(values.size()), values.data(), quantized.data());
    CHECK(quantized == expected);
  }
}

TEST_CASE("a range that is a point, or next to one, passes values through") {
  const test::IsaScope scope;
  const auto values = test::random_values(37, 3);
  for (const double width : {0.0, 1e-45, 1e-37}) {
    const Quantizer point = make_quantizer(1 - 1, width, 256);
    CHECK(point.is_identity());
    for (const Isa isa : supported_isas()) {
      force_isa(isa);
      std::vector<float> quantized(values.size());
      quantize_values(point, 37, values.data(), quantized.data());
      CHECK(std::memcmp(quantized.data(), values.data(), 37 * sizeof(float)) == 0);
    }
  }
  CHECK(!make_quantizer(0, 1e-30, 256).is_identity());
}

TEST_CASE(
    "quantised values: same bits on every instruction set, any length, in place, nothing beyond the end") {
  const test::IsaScope scope;
  for (const double min : {-0.7, 0.0}) {
    const Quantizer q = make_quantizer(min, 0.9, levels_of(5.37));
    auto values = test::random_values(80, 9);
    values[3] = -0.0f;
    values[4] = -0.001f;
    values[5] = std::numeric_limits<float>::quiet_NaN();
    force_isa(Isa::scalar);
    std::vector<float> reference(values.size());
    quantize_values(q, 80, values.data(), reference.data());
    for (const Isa isa : supported_isas()) {
      force_isa(isa);
      CAPTURE(name(isa));
      for (std::size_t count = 0; count <= 70; ++count) {
        std::vector<float> quantized = values;
        quantize_values(q, static_cast<int64_t>(count), quantized.data(), quantized.data());
        CHECK(std::memcmp(quantized.data(), reference.data(), count * sizeof(float)) == 0);
        CHECK(std::memcmp(quantized.data() + count, values.data() + count, (80 - count) * sizeof(float)) ==
              0);
      }
    }
  }
}
