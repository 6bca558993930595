/// @file
/// Names of layers as there is room for below an axis.
#pragma once

#include <string>
#include <vector>

#include "report/pictures/figure.h"

namespace dpac::report {

/// What most of many long names begin with, up to and including a dot: "encoder.layer." of a BERT. Empty
/// where there is no such beginning, or names would not differ without it.
std::string common_beginning(const std::vector<std::string>& names);

/// The axis' label of a chart whose categories are layers, and their names without common_beginning(), which
/// the label then says.
void name_layers(Chart& chart);

}  // namespace dpac::report
