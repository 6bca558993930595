/// @file
/// A picture as data: what is drawn, not how.
#pragma once

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

namespace dpac::report {

inline constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

/// A value, and the range around it where there is one. A y of kNoValue is a gap in the line. On a
/// logarithmic axis a range may begin at 0 or below: it reaches down to the axis' end.
struct ChartPoint {
  double x = 0, y = 0;
  double low = kNoValue, high = kNoValue;

  [[nodiscard]] bool has_range() const { return low < high; }
};

struct Series {
  std::string name;
  std::vector<ChartPoint> points;

  [[nodiscard]] bool has_ranges() const {
    return std::any_of(points.begin(), points.end(), [](const ChartPoint& p) { return p.has_range(); });
  }
};

struct Axis {
  std::string label{};  ///< With its unit.
  bool logarithmic = false;
  double highest = std::numeric_limits<double>::infinity();  ///< What no value can exceed: 100 %.
  bool tight = false;                                        ///< Begins and ends with the values.
  std::string note{};                                        ///< What bars are; below the label.
};

/// A horizontal line to compare with.
struct Reference {
  std::string name;
  double y = 0;
};

/// One pair of axes.
struct Chart {
  Axis x{}, y{};
  std::vector<std::string> categories{};  ///< Names of x = 0, 1, 2, ...; none where x is a number.
  std::vector<Series> series{};
  std::vector<Reference> references{};
  bool ordered = false;  ///< The series are steps of one quantity (energies), not things of their own.
  bool dodged = false;   ///< Series of a category stand side by side, unconnected, so that ranges show.

  [[nodiscard]] bool has_points() const {
    return std::any_of(series.begin(), series.end(), [](const Series& s) { return !s.points.empty(); });
  }
  [[nodiscard]] bool has_ranges() const {
    return std::any_of(series.begin(), series.end(), [](const Series& s) { return s.has_ranges(); });
  }
};

/// Charts one above the other under one title. They have the same series, so that one legend serves all.
struct Figure {
  std::string title;
  std::vector<Chart> charts;
};

}  // namespace dpac::report
