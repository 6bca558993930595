/// @file
/// What was left out, as a sentence.
#pragma once

#include <string>

#include "engine/networks/left_out.h"
namespace dpac {

/// "2 files of formats not read were left out (.bmp 1, .webp 1)": the division in brackets, or the examples
/// where there is none, with "..." for more of them.
std::string to_sentence(const LeftOut& left_out);

}  // namespace dpac
