#include "study/support/printable.h"

#include <cstddef>

#include <fmt/format.h>

#include "loaders/unicode_text.h"

namespace dpac {
namespace {

/// Not C0, delete and C1.
bool is_shown(char32_t code_point) {
  constexpr char32_t kSpace = 0x20, kDelete = 0x7f, kC1End = 0xa0;
  return (code_point >= kSpace && code_point < kDelete) ||
         (code_point >= kC1End && code_point != kNoCodePoint);
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  for (std::size_t begin = 0, end = 0; begin < text.size(); begin = end) {
    const char32_t code_point = next_code_point(text, end);
    const std::string_view character = text.substr(begin, end - begin);
    if (is_shown(code_point)) {
      shown += character;
    } else {
      for (const char c : character) shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return shown;
}

std::string with_thousands(long long value) {
  std::string digits = std::to_string(value);
  const std::ptrdiff_t first_digit = value < 0 ? 1 : 0;
  for (auto i = static_cast<std::ptrdiff_t>(digits.size()) - 3; i > first_digit; i -= 3) {
    digits.insert(static_cast<std::size_t>(i), 1, ',');
  }
  return digits;
}

}  // namespace dpac
