/// @file
/// Unicode as the reference tokeniser knows it: Hugging Face `tokenizers`, whose tables are frozen.
/// Categories are those of Unicode 8, decompositions those of Unicode 9; a later character counts as
/// unassigned, as it does there. Lower-casing is that of the installed ICU. The only file that knows ICU.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dpac {

/// What next_code_point() gives for bytes that are no UTF-8.
inline constexpr char32_t kNoCodePoint = 0xFFFFFFFF;

/// The code point at `at` (below text.size()), which moves behind it. Of ill-formed UTF-8 the longest start
/// of a character is taken at once, as Python's decoder does.
char32_t next_code_point(std::string_view text, std::size_t& at);

/// `code_point` must be a valid one.
void append_utf8(std::string& text, char32_t code_point);

/// Categories Cc, Cf and Co.
bool is_control(char32_t code_point);

/// The property White_Space.
bool is_white_space(char32_t code_point);

/// ASCII's 32 signs (so $ + < = > ^ ` | ~ too), and the categories P*.
bool is_punctuation(char32_t code_point);

/// A character of words as regular expressions know them (\w): letters, marks, digits, connectors such as _,
/// joiners.
bool is_word_character(char32_t code_point);

/// Category Mn.
bool is_nonspacing_mark(char32_t code_point);

/// One code point for one, so a final sigma is like any other.
char32_t lower_case(char32_t code_point);

/// Normalisation form D of valid UTF-8, in n log n steps however many marks follow each other.
std::u32string decompose(std::string_view text);

}  // namespace dpac
