/// @file
/// What the program calls options, in Python's words.
#pragma once

#include <string>
#include <string_view>

namespace dpac::python {

/// Calls settings by their keyword arguments, where the library's sentences have the program's options:
/// "--dot-length paper was given" is "dot_length paper was given". A "--" within a file's name stays.
std::string with_keywords(std::string_view sentence);

}  // namespace dpac::python
