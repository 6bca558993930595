/// @file
/// What the keys of results are called, and how their values are written, in a report.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/pictures/result_file.h"

namespace dpac::report {

/// A value for people.
struct Cell {
  std::string label, text;
};

/// The cells of an object's members, in order, their labels with units: numbers and texts, intervals ("1.2
/// ... 3.4"), means with their deviation, and one cell per member of {layer, channel}. Lists of other things
/// and null are left out, and so is what `skipped` names.
std::vector<Cell> cells_of(const ResultValue& object, std::string_view noise,
                           const std::vector<std::string_view>& skipped);

/// A number to four digits.
std::string number_text(double value);

}  // namespace dpac::report
