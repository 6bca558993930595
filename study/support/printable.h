/// @file
/// Names and numbers as they may be shown: a file or layer may be called anything.
#pragma once

#include <string>
#include <string_view>

namespace dpac {

/// `text` with its control characters, which could move a terminal's cursor or break a line, and with bytes
/// that are no UTF-8, as \x1b and the like. Other UTF-8 stays as it is.
std::string printable(std::string_view text);

/// 25557032 -> "25,557,032".
std::string with_thousands(long long value);

}  // namespace dpac
