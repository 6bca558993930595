/// @file
/// A picture as data: what is drawn, not how.
#pragma once

#include <limits>
#include <string>
#include <vector>

namespace dpac::cli {

inline constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

/// A value, and the range around it where there is one. A y of kNoValue is a gap in the line.
struct ChartPoint {
  double x = 0, y = 0;
  double low = kNoValue, high = kNoValue;
};

struct Series {
  std::string name;
  std::vector<ChartPoint> points;
};

struct Axis {
  std::string label{};  ///< With its unit.
  bool logarithmic = false;
  double highest = std::numeric_limits<double>::infinity();  ///< What no value can exceed: 100 %.
};

/// A horizontal line to compare with.
struct Reference {
  std::string name;
  double y = 0;
};

/// One pair of axes.
struct Chart {
  Axis x, y;
  std::vector<std::string> categories{};  ///< Names of x = 0, 1, 2, ...; none where x is a number.
  std::vector<Series> series{};
  std::vector<Reference> references{};
  bool ordered = false;  ///< The series are steps of one quantity (energies), not things of their own.
  bool dodged = false;   ///< Series of a category stand side by side, unconnected, so that ranges show.
};

/// Charts one above the other under one title.
struct Figure {
  std::string title;
  std::vector<Chart> charts;
};

}  // namespace dpac::cli
