#include "report/gnuplot/palette.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

namespace dpac::report {
namespace {

constexpr std::array kDistinct{"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"};

using Rgb = std::array<double, 3>;
// The colour map "viridis", at even distances, without its light end.
constexpr std::array<Rgb, 5> kOrdered{Rgb{68, 1, 84}, Rgb{59, 82, 139}, Rgb{33, 145, 140}, Rgb{84, 180, 88},
                                      Rgb{214, 174, 10}};

}  // namespace

std::string distinct_color(std::size_t index) {
  return kDistinct[index % kDistinct.size()];
}

std::string ordered_color(std::size_t index, std::size_t count) {
  const double place = count < 2 ? 0
                                 : static_cast<double>(index) / static_cast<double>(count - 1) *
                                       static_cast<double>(kOrdered.size() - 1);
  const auto left = std::min(static_cast<std::size_t>(place), kOrdered.size() - 2);
  const double share = place - static_cast<double>(left);
  std::array<long, 3> color{};
  for (std::size_t c = 0; c < color.size(); ++c) {
    color[c] = std::lround((1 - share) * kOrdered[left][c] + share * kOrdered[left + 1][c]);
  }
  return fmt::format("#{:02x}{:02x}{:02x}", color[0], color[1], color[2]);
}

}  // namespace dpac::report
