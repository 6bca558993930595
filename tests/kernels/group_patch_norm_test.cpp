#include "kernels/group_patch_norm.h"

#include <cmath>

#include <doctest/doctest.h>

#include "tests/support/random_values.h"

using namespace dpac;

namespace {

std::size_t at(const BlockedMap& map, int64_t c, int64_t p) {
  return static_cast<std::size_t>((c / map.block * map.pixels + p) * map.block + c % map.block);
}

double norm(const GroupWindow& g, const std::vector<float>& x, int64_t c, int64_t oy, int64_t ox) {
  const PatchWindow& w = g.window;
  const int64_t own = g.in.channels / g.groups, group = c / (g.out.channels / g.groups);
  double sum = 0;
  for (int64_t i = group * own; i < (group + 1) * own; ++i) {
    for (int64_t r = 0; r < w.kernel_height; ++r) {
      for (int64_t s = 0; s < w.kernel_width; ++s) {
        const int64_t y = oy * w.stride_rows + r * w.row_step - w.pad_top,
                      xx = ox * w.stride_columns + s * w.column_step - w.pad_left;
        if (y >= 0 && xx >= 0 && y < w.height && xx < w.width) {
          sum += std::pow(static_cast<double>(x[at(g.in, i, y * w.width + xx)]), 2);
        }
      }
    }
  }
  return std::sqrt(sum);
}

void check_norms(GroupWindow g) {
  std::vector<float> x = test::random_values(static_cast<std::size_t>(g.in.size()), 5);
  for (int64_t c = g.in.channels; c < g.in.padded_channels(); ++c) {
    for (int64_t p = 0; p < g.in.pixels; ++p) x[at(g.in, c, p)] = 0;
  }
  std::vector<float> scratch(static_cast<std::size_t>(g.scratch_size())),
      found(static_cast<std::size_t>(g.out.size()), -1.0f);
  const int64_t middle = g.parts() / 2;
  group_patch_norms(g, middle, g.parts(), x.data(), scratch.data(), found.data());
  group_patch_norms(g, 0, middle, x.data(), scratch.data(), found.data());
  for (int64_t c = 0; c < g.out.padded_channels(); ++c) {
    for (int64_t q = 0; q < g.out.pixels; ++q) {
      const double expected =
          c < g.out.channels ? norm(g, x, c, q / g.window.out_width, q % g.window.out_width) : 0.0;
      CHECK(static_cast<double>(found[at(g.out, c, q)]) == doctest::Approx(expected).epsilon(1e-6));
    }
  }
}

}  // namespace

TEST_CASE("norms of patches within groups are the formula's") {
  const PatchWindow plain{.height = 7,
                          .width = 6,
                          .out_height = 7,
                          .out_width = 6,
                          .kernel_height = 3,
                          .kernel_width = 3,
                          .pad_top = 1,
                          .pad_left = 1};
  const PatchWindow wide{.height = 9,
                         .width = 8,
                         .out_height = 4,
                         .out_width = 4,
                         .kernel_height = 2,
                         .kernel_width = 3,
                         .stride_rows = 2,
                         .stride_columns = 1,
                         .pad_top = 1,
                         .pad_left = 0,
                         .row_step = 2,
                         .column_step = 2};
  for (const int block : {8, 16}) {
    for (const PatchWindow& window : {plain, wide}) {
      const int64_t in = window.height * window.width, out = window.out_height * window.out_width;
      check_norms({window, {20, in, block}, {20, out, block}, 20});
      check_norms({window, {20, in, block}, {40, out, block}, 20});
      check_norms({window, {24, in, block}, {12, out, block}, 4});
    }
  }
}
