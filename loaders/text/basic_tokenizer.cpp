#include "loaders/text/basic_tokenizer.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "loaders/unicode_text.h"

namespace dpac {
namespace {

/// BERT's ideographs. The sixth block really starts at U+2B820; the reference has this slip, so it is kept.
constexpr std::array<std::pair<char32_t, char32_t>, 8> kIdeographs{{
    {0x4E00, 0x9FFF},
    {0x3400, 0x4DBF},
    {0x20000, 0x2A6DF},
    {0x2A700, 0x2B73F},
    {0x2B740, 0x2B81F},
    {0x2B920, 0x2CEAF},
    {0xF900, 0xFAFF},
    {0x2F800, 0x2FA1F},
}};

bool is_ideograph(char32_t code_point) {
  return std::any_of(kIdeographs.begin(), kIdeographs.end(), [code_point](const auto& block) {
    return block.first <= code_point && code_point <= block.second;
  });
}

bool is_ascii(char32_t code_point) {
  return code_point < 0x80;
}
bool is_printable_ascii(char32_t code_point) {
  return code_point >= ' ' && code_point < 0x7F;
}
bool is_line_space(char32_t code_point) {
  return code_point == '\t' || code_point == '\n' || code_point == '\r';
}

bool is_unwanted(char32_t code_point) {
  return code_point == 0xFFFD || is_control(code_point);
}

/// Appends what cleaning leaves of a character, and sets an ideograph apart.
void append_clean(std::string& clean, char32_t code_point, const Normalization& how) {
  if (code_point == kNoCodePoint) return;
  if (how.clean && (is_line_space(code_point) || (is_white_space(code_point) && !is_unwanted(code_point)))) {
    clean += ' ';
  } else if (how.clean && is_unwanted(code_point)) {
    return;
  } else if (how.spaced_ideographs && is_ideograph(code_point)) {
    clean += ' ';
    append_utf8(clean, code_point);
    clean += ' ';
  } else {
    append_utf8(clean, code_point);
  }
}

std::string clean_text(std::string_view text, const Normalization& how) {
  std::string clean;
  clean.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const char32_t code_point = next_code_point(text, at);
    if (is_printable_ascii(code_point)) {
      clean += static_cast<char>(code_point);
    } else {
      append_clean(clean, code_point, how);
    }
  }
  return clean;
}

char lower_ascii(char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
}

void append_lower(std::string& text, char32_t code_point) {
  constexpr char32_t kCapitalIWithDot = 0x130, kDotAbove = 0x307;
  append_utf8(text, lower_case(code_point));
  // The only character whose lower case is two, whatever stands around it; form D has parted it before.
  if (code_point == kCapitalIWithDot) append_utf8(text, kDotAbove);
}

void append_normalized(std::string& text, char32_t code_point, const Normalization& how) {
  if (how.strip_accents && is_nonspacing_mark(code_point)) return;
  how.lower_case ? append_lower(text, code_point) : append_utf8(text, code_point);
}

std::string with_ascii_case(std::string ascii, bool lower) {
  if (lower) std::transform(ascii.begin(), ascii.end(), ascii.begin(), lower_ascii);
  return ascii;
}

}  // namespace

std::string normalize_text(std::string_view text, const Normalization& how) {
  std::string clean = clean_text(text, how);
  if (!how.strip_accents && !how.lower_case) return clean;
  const auto is_ascii_byte = [](char byte) { return is_ascii(static_cast<unsigned char>(byte)); };
  if (std::all_of(clean.begin(), clean.end(), is_ascii_byte)) {
    return with_ascii_case(std::move(clean), how.lower_case);
  }
  std::string normalized;
  normalized.reserve(clean.size());
  if (how.strip_accents) {
    for (const char32_t code_point : decompose(clean)) append_normalized(normalized, code_point, how);
  } else {
    for (std::size_t at = 0; at < clean.size();) {
      append_normalized(normalized, next_code_point(clean, at), how);
    }
  }
  return normalized;
}

std::vector<std::string_view> split_words(std::string_view normalized) {
  std::vector<std::string_view> words;
  std::size_t word_start = 0;
  const auto end_word = [&](std::size_t end) {
    if (end > word_start) words.push_back(normalized.substr(word_start, end - word_start));
  };
  for (std::size_t at = 0; at < normalized.size();) {
    const std::size_t start = at;
    const char32_t code_point = next_code_point(normalized, at);
    const bool punctuation = is_punctuation(code_point);
    if (!punctuation && !is_white_space(code_point)) continue;
    end_word(start);
    if (punctuation) words.push_back(normalized.substr(start, at - start));
    word_start = at;
  }
  end_word(normalized.size());
  return words;
}

}  // namespace dpac
