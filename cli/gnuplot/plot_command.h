/// @file
/// The curves of a chart in gnuplot's language.
#pragma once

#include <string>
#include <vector>

#include "cli/gnuplot/axis_range.h"
#include "cli/pictures/figure.h"

namespace dpac::cli {

/// Data blocks and the command that draws them; `x` is how far the references' lines reach.
std::string plot_command(const Chart& chart, const AxisRange& x);

/// A number as gnuplot reads it.
std::string gnuplot_number(double value);

}  // namespace dpac::cli
