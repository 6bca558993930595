/// @file
/// What the program calls options, in Python's words.
#pragma once

#include <string>
#include <string_view>

namespace dpac::python {

/// The library's sentences call settings by the program's options; here they have the names of keyword
/// arguments:
/// "--dot-length paper was given" is "dot_length paper was given". Names of files that hold "--" stay as they
/// are.
std::string with_keywords(std::string_view sentence);

}  // namespace dpac::python
