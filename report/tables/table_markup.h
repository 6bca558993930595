/// @file
/// The table of a paper in Markdown and LaTeX, and the result of `table` as CSV.
#pragma once

#include <string>

#include "report/pictures/result_file.h"
#include "report/tables/paper_table.h"

namespace dpac::report {

/// With bars below each other, so that it is a table in a terminal too; then the caption, as Pandoc takes it,
/// and the notes.
std::string markdown_of(const PaperTable& table);

/// A float with booktabs' rules, units above the columns that share them, caption and notes. Needs the
/// package booktabs alone.
std::string latex_of(const PaperTable& table);

/// Of what `table` writes as JSON, a line for each row: every number in the fewest digits that read as the
/// same double, fields empty for what there is not.
std::string csv_of(const ResultValue& table);

}  // namespace dpac::report
