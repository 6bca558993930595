/// @file
/// Names as they may be shown: a file or layer may be called anything.
#pragma once

#include <string>
#include <string_view>

namespace dpac::cli {

/// `text` with its control characters, which could move a terminal's cursor or break a line, and with bytes
/// that are no UTF-8, as \x1b and the like. Other UTF-8 stays as it is.
std::string printable(std::string_view text);

}  // namespace dpac::cli
