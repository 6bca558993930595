#include "kernels/depthwise_product.h"

#include <vector>

#include <doctest/doctest.h>

#include "tests/support/isa_scope.h"
#include "tests/support/random_values.h"

using namespace dpac;

namespace {

constexpr int32_t kCanary = -77;

PatchWindow window_of(int64_t height, int64_t width, int kernel, int stride, int step, int pad) {
  const int64_t reach = int64_t{kernel - 1} * step + 1;
  return {.height = height,
          .width = width,
          .out_height = (height + 2 * pad - reach) / stride + 1,
          .out_width = (width + 2 * pad - reach) / stride + 1,
          .kernel_height = kernel,
          .kernel_width = kernel,
          .stride_rows = stride,
          .stride_columns = stride,
          .pad_top = pad,
          .pad_left = pad,
          .row_step = step,
          .column_step = step};
}

/// From the formula, tap by tap.
int64_t expected_sum(const DepthwiseProduct& p, const std::vector<uint8_t>& src, int64_t oy, int64_t ox,
                     int64_t c) {
  const PatchWindow& w = p.window;
  int64_t sum = 0;
  for (int64_t r = 0; r < w.kernel_height; ++r) {
    for (int64_t s = 0; s < w.kernel_width; ++s) {
      const int64_t y = oy * w.stride_rows - w.pad_top + r * w.row_step,
                    x = ox * w.stride_columns - w.pad_left + s * w.column_step;
      if (y < 0 || y >= w.height || x < 0 || x >= w.width) continue;
      const int64_t code = src[static_cast<std::size_t>((y * w.width + x) * p.channels + c)] + p.low;
      sum += code * p.weights[(r * w.kernel_width + s) * p.channels + c];
    }
  }
  return sum;
}

void check_product(const DepthwiseProduct& product, const std::vector<uint8_t>& src) {
  const PatchWindow& w = product.window;
  const auto size = static_cast<std::size_t>(w.out_height * w.out_width * product.channels);
  std::vector<int32_t> acc(size + 1, kCanary);
  run_depthwise_product(product, w.out_height / 2, w.out_height, src.data(), acc.data());
  run_depthwise_product(product, 0, w.out_height / 2, src.data(), acc.data());
  CHECK(acc.back() == kCanary);
  int64_t wrong = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const auto at = static_cast<int64_t>(i);
    const int64_t pixel = at / product.channels, c = at % product.channels;
    if (acc[i] != expected_sum(product, src, pixel / w.out_width, pixel % w.out_width, c)) ++wrong;
  }
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("depthwise products of bytes are exact: kernels, strides, dilations, padding, odd sizes") {
  const test::IsaScope scope;
  for (const int64_t channels : {16, 32, 80}) {
    for (const PatchWindow& window :
         {window_of(7, 6, 3, 1, 1, 1), window_of(8, 5, 3, 2, 1, 1), window_of(5, 9, 5, 1, 1, 2),
          window_of(9, 9, 3, 1, 2, 2), window_of(6, 6, 3, 1, 1, 0), window_of(2, 3, 5, 2, 1, 2)}) {
      const auto count = static_cast<std::size_t>(channels);
      std::vector<uint8_t> src;
      for (const float v :
           test::random_values(static_cast<std::size_t>(window.height * window.width) * count, 3, 0, 256))
        src.push_back(static_cast<uint8_t>(v));
      std::vector<int32_t> weights;
      const auto taps = static_cast<std::size_t>(window.kernel_height * window.kernel_width);
      for (const float v : test::random_values(taps * count, 4, -256, 256))
        weights.push_back(static_cast<int32_t>(v));
      for (const Isa isa : supported_isas()) {
        force_isa(isa);
        CAPTURE(name(isa));
        CAPTURE(channels);
        check_product({window, channels, -13, weights.data()}, src);
      }
    }
  }
}
