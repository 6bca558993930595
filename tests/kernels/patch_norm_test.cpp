#include "kernels/patch_norm.h"

#include <cmath>
#include <cstring>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/isa_scope.h"
#include "tests/support/random_values.h"

using namespace dpac;

namespace {

double window_sum(const PatchWindow& w, const std::vector<float>& sums, int64_t oy, int64_t ox) {
  double sum = 0;
  for (int r = 0; r < w.kernel_height; ++r) {
    for (int c = 0; c < w.kernel_width; ++c) {
      const int64_t y = oy * w.stride_rows + r - w.pad_top, x = ox * w.stride_columns + c - w.pad_left;
      if (y < 0 || x < 0 || y >= w.height || x >= w.width) continue;
      sum += static_cast<double>(sums[static_cast<std::size_t>(y * w.width + x)]);
    }
  }
  return sum;
}

}  // namespace

TEST_CASE("patch norms: kernels 1, 3, 5, 7, strides, asymmetric padding, odd sizes") {
  for (const int kernel : {1, 3, 5, 7}) {
    for (const int stride : {1, 2, 3}) {
      for (const int shift : {0, 1}) {
        for (const auto& [height, width] :
             {std::pair{7, 7}, std::pair{13, 8}, std::pair{1, 9}, std::pair{30, 17}}) {
          const int pad = std::max(0, kernel / 2 - shift);
          const PatchWindow w{height,
                              width,
                              (height - 1) / stride + 1,
                              (width - 1) / stride + 1,
                              kernel,
                              kernel,
                              stride,
                              stride,
                              pad,
                              pad};
          CAPTURE(kernel);
          CAPTURE(stride);
          CAPTURE(height);
          const auto sums = test::random_values(static_cast<std::size_t>(height * width), 5, 0.0f, 2.0f);
          std::vector<float> scratch(static_cast<std::size_t>(w.height * w.out_width));
          std::vector<float> norms(static_cast<std::size_t>(w.out_height * w.out_width));
          patch_norms(w, sums.data(), scratch.data(), norms.data());
          for (int64_t y = 0; y < w.out_height; ++y) {
            for (int64_t x = 0; x < w.out_width; ++x) {
              const double expected = std::sqrt(window_sum(w, sums, y, x));
              const double found = static_cast<double>(norms[static_cast<std::size_t>(y * w.out_width + x)]);
              CHECK(std::abs(found - expected) <= 1e-6 * expected);
            }
          }
        }
      }
    }
  }
}

TEST_CASE("sums of squares of a blocked map: right, and the same bits on every instruction set") {
  const test::IsaScope scope;
  for (const int block : {8, 16}) {
    for (const int64_t channels : {8, 16, 24, 40, 200}) {
      const BlockedMap map{channels, 70, block};
      const auto src = test::random_values(static_cast<std::size_t>(map.size()), 6);
      std::vector<float> reference;
      for (const Isa isa : supported_isas()) {
        force_isa(isa);
        CAPTURE(name(isa));
        std::vector<float> sums(70);
        sum_squares(map, src.data(), sums.data());
        if (reference.empty()) reference = sums;
        CHECK(std::memcmp(sums.data(), reference.data(), sums.size() * sizeof(float)) == 0);
      }
      for (int64_t p = 0; p < 70; ++p) {
        double expected = 0;
        for (int64_t c = 0; c < map.padded_channels(); ++c) {
          const auto v =
              static_cast<double>(src[static_cast<std::size_t>(((c / block) * 70 + p) * block + c % block)]);
          expected += v * v;
        }
        CHECK(std::abs(static_cast<double>(reference[static_cast<std::size_t>(p)]) - expected) <=
              1e-6 * expected);
      }
    }
  }
}

TEST_CASE("sums of squares of a plain map") {
  const std::vector<float> src = {1, 2, 3, 4, 5, 6};
  std::vector<float> sums(2);
  sum_squares_plain(3, 2, src.data(), sums.data());
  CHECK(sums == std::vector<float>{1 + 9 + 25, 4 + 16 + 36});
}
