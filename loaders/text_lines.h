/// @file
/// Lines of text files and what is written about them. For the loaders' own use.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dpac {

/// Without UTF-8's byte order mark at the start, which Windows programs write.
std::string_view without_byte_order_mark(std::string_view text);

/// Whether a line ends here: with LF, CRLF, or CR alone as on old Macs.
bool starts_with_line_end(std::string_view text);

/// Takes a line off the front of `text`, without its end.
std::string_view take_line(std::string_view& text);

/// How many lines end in `text`.
int64_t line_ends(std::string_view text);

/// Without blanks, tabs and carriage returns at both ends.
std::string_view trimmed(std::string_view text);

/// ASCII letters of either case are equal, all other bytes only to themselves.
bool equal_ignoring_case(std::string_view a, std::string_view b);

/// Where an error is: "file: line 3".
std::string at_line(const std::string& file, int64_t line);

/// The beginning of a text as a message may show it: "..." for the rest, ? for what is no UTF-8 or a control
/// character.
std::string excerpt(std::string_view text);

}  // namespace dpac
