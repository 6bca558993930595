/// @file
/// Where an axis begins and ends, and where a logarithmic one has its marks.
#pragma once

#include <vector>

#include "report/pictures/figure.h"

namespace dpac::report {

struct AxisRange {
  double low = 0, high = 1;
};

/// Holds all values (NaN is none) with some air around them, and on a logarithmic axis at least two marks.
AxisRange range_of(const std::vector<double>& values, const Axis& axis);

/// 1, 2 and 5 times powers of ten within the range, only the powers where it is long, and of many powers
/// only every second, third, ...
std::vector<double> log_marks(const AxisRange& range);

}  // namespace dpac::report
