/// @file
/// Texts of unknown origin (layer names, file names) in gnuplot's language.
#pragma once

#include <string>
#include <string_view>

namespace dpac::report {

/// `text`, or its begin and end with "..." between them where it has more than `longest` bytes (8 or more).
/// Characters of UTF-8 stay whole.
std::string shortened(std::string_view text, std::size_t longest);

/// As gnuplot_text() shows it.
std::string shortened_label(std::string_view text);

/// UTF-8 as a literal of gnuplot: in single quotes, where only they have a meaning; control characters made
/// blanks; what is too long for a label shortened in the middle.
std::string gnuplot_text(std::string_view text);

/// The same for the name of a mark on an axis, where gnuplot takes % for the start of a format.
std::string gnuplot_mark(std::string_view text);

}  // namespace dpac::report
