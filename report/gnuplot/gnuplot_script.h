/// @file
/// A figure in gnuplot's language.
#pragma once

#include <string>

#include "report/pictures/figure.h"

namespace dpac::report {

enum class PictureFormat { svg, png, pdf };

/// The script that writes the picture to gnuplot's standard output. It holds its data, and no text of the
/// figure, whatever is in it, is more to gnuplot than text.
std::string gnuplot_script(const Figure& figure, PictureFormat format);

}  // namespace dpac::report
