#include "kernels/subsample.h"

#include <vector>

#include <doctest/doctest.h>

#include "tests/support/random_values.h"

using namespace dpac;

TEST_CASE("bytes: every stride-th pixel, new channels hold the byte of zero") {
  for (const int64_t before : {0, 5, 16}) {
    Subsample s;
    s.in = {20, 7 * 9, 32};
    s.out = {20 + 2 * before, 4 * 5, static_cast<int>((20 + 2 * before + 15) / 16 * 16)};
    s.in_width = 9;
    s.out_width = 5;
    s.channels_before = before;
    std::vector<uint8_t> src;
    for (const float v : test::random_values(static_cast<std::size_t>(s.in.size()), 1, 0.0f, 256.0f)) {
      src.push_back(static_cast<uint8_t>(v));
    }
    std::vector<uint8_t> dst(static_cast<std::size_t>(s.out.size()), 9);
    subsample(s, 77, src.data(), dst.data());
    for (int64_t c = 0; c < s.out.padded_channels(); ++c) {
      for (int64_t p = 0; p < s.out.pixels; ++p) {
        const int64_t from = c - before, pixel = p / 5 * 2 * 9 + p % 5 * 2;
        const bool copied = from >= 0 && from < 20;
        const uint8_t expected = copied ? src[static_cast<std::size_t>(pixel * 32 + from)] : 77;
        CHECK(dst[static_cast<std::size_t>(p * s.out.block + c)] == expected);
      }
    }
  }
}
