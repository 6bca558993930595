#include "kernels/group_softmax.h"

#include <cmath>

#include <doctest/doctest.h>

#include "tests/support/random_values.h"

using namespace dpac;

namespace {

constexpr int64_t kPixels = 3;

std::size_t place(const BlockedMap& map, int64_t channel, int64_t pixel) {
  return static_cast<std::size_t>((channel / map.block * map.pixels + pixel) * map.block +
                                  channel % map.block);
}

/// A random map with zeros beyond the last channel.
std::vector<float> random_map(const BlockedMap& map, uint32_t seed, float bound) {
  std::vector<float> values(static_cast<std::size_t>(map.size()), 0.0f);
  const auto count = static_cast<std::size_t>(map.channels * map.pixels);
  const std::vector<float> plain = test::random_values(count, seed, -bound, bound);
  for (std::size_t i = 0; i < count; ++i) {
    const auto at = static_cast<int64_t>(i);
    values[place(map, at / map.pixels, at % map.pixels)] = plain[i];
  }
  return values;
}

template <class Visit>
void for_cases(const Visit& visit) {
  for (const int block : {8, 16}) {
    for (const auto& [groups, own] : std::vector<std::pair<int64_t, int64_t>>{
             {2, 16}, {2, 8}, {2, 7}, {3, 5}, {4, 12}, {1, 9}, {11, 1}, {2, 24}}) {
      CAPTURE(block);
      CAPTURE(groups);
      CAPTURE(own);
      visit(GroupSoftmax{{groups * own, kPixels, block}, groups});
    }
  }
}

std::vector<float> softmax_of(const GroupSoftmax& how, const std::vector<float>& x) {
  std::vector<float> y(x.size(), -1.0f);
  for (int64_t b = 0; b < how.map.blocks(); ++b) group_softmax(how, b, x.data(), y.data());
  return y;
}

/// exp(x[group, i]) / sum of all groups'.
double expected(const GroupSoftmax& how, const std::vector<float>& x, int64_t channel, int64_t pixel) {
  const int64_t own = how.map.channels / how.groups;
  const auto value = [&](int64_t c) { return static_cast<double>(x[place(how.map, c, pixel)]); };
  double sum = 0;
  for (int64_t g = 0; g < how.groups; ++g) sum += std::exp(value(channel % own + g * own) - value(channel));
  return 1 / sum;
}

}  // namespace

TEST_CASE("softmax over groups of channels is the formula's, and zero beyond the last channel") {
  for_cases([](const GroupSoftmax& how) {
    for (const float bound : {3.0f, 60.0f}) {
      const std::vector<float> x = random_map(how.map, 1, bound), y = softmax_of(how, x);
      for (int64_t c = 0; c < how.map.padded_channels(); ++c) {
        for (int64_t p = 0; p < kPixels; ++p) {
          const auto found = static_cast<double>(y[place(how.map, c, p)]);
          const double right = c < how.map.channels ? expected(how, x, c, p) : 0;
          const double rounded = 2 * static_cast<double>(bound) * 0x1p-24;  // Of differences of arguments.
          CHECK(std::abs(found - right) <= (1e-6 + rounded) * right + 1e-37);
        }
      }
    }
  });
}

TEST_CASE("softmax over groups of channels of large values does not overflow, and keeps what is no number") {
  const GroupSoftmax how{{2, 1, 8}, 2};
  CHECK(softmax_of(how, {1e30f, -1e30f, 0, 0, 0, 0, 0, 0})[0] == 1.0f);
  const std::vector<float> y = softmax_of(how, {1, NAN, 0, 0, 0, 0, 0, 0});
  CHECK(std::isnan(y[0]));
  CHECK(std::isnan(y[1]));
}

TEST_CASE("the gradient of a softmax over groups is added, and is that of central differences") {
  for_cases([](const GroupSoftmax& how) {
    const std::vector<float> x = random_map(how.map, 1, 2), y = softmax_of(how, x),
                             weights = random_map(how.map, 2, 1);
    std::vector<float> gradient(x.size(), 1.0f);
    for (int64_t b = 0; b < how.map.blocks(); ++b)
      group_softmax_backward(how, b, y.data(), weights.data(), gradient.data());
    const int64_t own = how.map.channels / how.groups;
    for (int64_t c = 0; c < how.map.channels; ++c) {
      for (int64_t p = 0; p < kPixels; ++p) {
        double difference = 0;
        for (const float step : {0x1p-8f, -0x1p-8f}) {
          std::vector<float> moved = x;
          moved[place(how.map, c, p)] += step;
          for (int64_t g = 0; g < how.groups; ++g) {
            const int64_t other = c % own + g * own;
            difference += static_cast<double>(weights[place(how.map, other, p)]) *
                          expected(how, moved, other, p) / static_cast<double>(2 * step);
          }
        }
        CHECK(static_cast<double>(gradient[place(how.map, c, p)]) ==
              doctest::Approx(1 + difference).epsilon(1e-4));
      }
    }
  });
}
