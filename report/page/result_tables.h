/// @file
/// A result's numbers as HTML tables.
#pragma once

#include <string>

#include "report/pictures/result_file.h"

namespace dpac::report {

/// What the result is, in one or two tables: its own numbers, and those of its points, allocations or rows.
std::string summary_tables(const ResultFile& result);

/// What it says of layers; empty if nothing.
std::string layer_tables(const ResultFile& result);

/// All options that decided it.
std::string options_table(const ResultFile& result);

}  // namespace dpac::report
