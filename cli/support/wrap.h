/// @file
/// Lines of text as wide as a reader wants them.
#pragma once

#include <cstddef>
#include <string>

namespace dpac::cli {

/// Where --help's second column, the explanations, begins.
inline constexpr std::size_t kHelpColumn = 34;

/// `text` with its lines broken between words so that none is longer than `width`, where words allow it.
/// Lines that begin with a blank, such as examples, stay as they are.
std::string wrapped(const std::string& text, std::size_t width);

}  // namespace dpac::cli
