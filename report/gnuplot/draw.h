/// @file
/// From a figure to a picture's bytes.
#pragma once

#include <filesystem>
#include <string>

#include "engine/poll.h"
#include "report/gnuplot/gnuplot_script.h"
#include "report/pictures/figure.h"

namespace dpac::report {

/// By the name's ending. @throws Error if it is none of .svg, .png and .pdf.
PictureFormat picture_format(const std::filesystem::path& file);

/// @throws Error if gnuplot is missing or fails.
std::string draw(const Figure& figure, PictureFormat format, const Poll& poll = {});

/// An SVG as an HTML page can hold it beside others: without XML's prolog, its ids beginning with `prefix`.
std::string inline_svg(const Figure& figure, const std::string& prefix, const Poll& poll = {});

}  // namespace dpac::report
