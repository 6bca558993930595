/// @file
/// Where the parts of a picture lie, in pixels from its top left corner. gnuplot would guess: it takes turned
/// names for upright ones and leaves no room for what stands left of them.
#pragma once

#include <string>
#include <vector>

#include "report/pictures/figure.h"

namespace dpac::report {

/// How the names of categories are set.
struct NameStyle {
  bool rotated = false;
  int points = 14;  ///< Size of the font.
  int step = 1;     ///< Only every step-th name is shown.
};

struct ChartLayout {
  double top = 0, bottom = 0;  ///< Of the axes.
  double label = 0;            ///< Middle of the x axis' label; its note stands below it.
  NameStyle names;
};

struct FigureLayout {
  double width = 0, height = 0;
  double left = 0, right = 0;  ///< Of the axes of all charts.
  double title = 0;            ///< Middle of the title.
  double legend = 0;           ///< Top of the legend, which stands above the first chart's axes.
  std::vector<ChartLayout> charts{};
};

/// As wide as the categories need, up to a limit from which names are left out, and as high as their names
/// are long.
FigureLayout layout_of(const Figure& figure);

/// A name of a category as it is shown: shortened in the middle where it is too long.
std::string shown_name(const std::string& name);

}  // namespace dpac::report
