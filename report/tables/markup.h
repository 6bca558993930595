/// @file
/// Names, which may hold anything, as the text of a table in Markdown, LaTeX or CSV.
#pragma once

#include <string>
#include <string_view>

namespace dpac::report {

/// Shows as `text` does in a terminal: what Markdown takes for markup is escaped, so that a bar ends no cell
/// and a star sets nothing in italics, and control characters are printable().
std::string markdown_text(std::string_view text);

/// The same for LaTeX, where the commands need no package.
std::string latex_text(std::string_view text);

/// A field of a CSV file (RFC 4180): in quotes where it needs them, control characters printable().
std::string csv_field(std::string_view text);

}  // namespace dpac::report
