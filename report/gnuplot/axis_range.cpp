#include "report/gnuplot/axis_range.h"

#include <algorithm>
#include <cmath>

namespace dpac::report {
namespace {

constexpr double kAir = 0.06;       ///< Of the values' span, on either side.
constexpr double kLongRange = 2.6;  ///< Decades from which 2 and 5 have no mark.
constexpr double kMostMarks = 9;
constexpr double kNarrowestDecades = 0.7;  ///< Holds two of 1, 2, 5, 10 wherever it lies.

AxisRange padded(AxisRange values, double narrowest) {
  const double span = std::max(values.high - values.low, narrowest);
  const double middle = (values.low + values.high) / 2, half = (0.5 + kAir) * span;
  return {middle - half, middle + half};
}

AxisRange extremes(const std::vector<double>& values) {
  AxisRange range{HUGE_VAL, -HUGE_VAL};
  for (const double value : values) {
    if (std::isnan(value)) continue;
    range.low = std::min(range.low, value);
    range.high = std::max(range.high, value);
  }
  return range.low <= range.high ? range : AxisRange{1, 1};
}

}  // namespace

AxisRange range_of(const std::vector<double>& values, const Axis& axis) {
  const AxisRange all = extremes(values);
  if (axis.logarithmic) {
    const AxisRange powers = padded({std::log10(all.low), std::log10(all.high)}, kNarrowestDecades);
    return {std::pow(10, powers.low), std::pow(10, powers.high)};
  }
  if (axis.tight && all.low < all.high) return all;
  const double narrowest = all.low == all.high ? std::max(std::abs(all.low) / 10, 1e-3) : 0;
  const AxisRange air = padded(all, narrowest);
  return {air.low, std::min(air.high, axis.highest)};
}

std::vector<double> log_marks(const AxisRange& range) {
  const double decades = std::log10(range.high / range.low);
  const int step = std::max(1, static_cast<int>(std::ceil(decades / kMostMarks)));
  std::vector<double> marks;
  const int first = static_cast<int>(std::floor(std::log10(range.low)));
  const int last = static_cast<int>(std::ceil(std::log10(range.high)));
  for (int power = first; power <= last; power += step) {
    for (const double digit : {1.0, 2.0, 5.0}) {
      if (digit > 1 && decades > kLongRange) continue;
      const double mark = digit * std::pow(10, power);
      if (mark >= range.low && mark <= range.high) marks.push_back(mark);
    }
  }
  return marks;
}

}  // namespace dpac::report
