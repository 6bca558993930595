/// @file
/// The curves of a chart in gnuplot's language.
#pragma once

#include <string>
#include <vector>

#include "report/gnuplot/axis_range.h"
#include "report/pictures/figure.h"

namespace dpac::report {

/// Data blocks and the command that draws them, on axes from end to end of `x` and `y`.
std::string plot_command(const Chart& chart, const AxisRange& x, const AxisRange& y);

/// A number as gnuplot reads it.
std::string gnuplot_number(double value);

}  // namespace dpac::report
