#include "loaders/text_lines.h"

#include <algorithm>

#include <fmt/format.h>

#include "loaders/unicode_text.h"

namespace dpac {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kBlanks = " \t\r";
constexpr std::string_view kLineEnds = "\r\n";
constexpr std::size_t kExcerptBytes = 60;

char lower_ascii(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::string_view without_byte_order_mark(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

bool starts_with_line_end(std::string_view text) {
  return text.starts_with('\n') || text.starts_with('\r');
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_of(kLineEnds), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end);
  text.remove_prefix(text.starts_with("\r\n") ? 2 : std::min<std::size_t>(1, text.size()));
  return line;
}

int64_t line_ends(std::string_view text) {
  int64_t count = 0;
  for (std::size_t at = text.find_first_of(kLineEnds); at != std::string_view::npos;
       at = text.find_first_of(kLineEnds, at)) {
    at += text.substr(at).starts_with("\r\n") ? std::size_t{2} : std::size_t{1};
    ++count;
  }
  return count;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower_ascii(x) == lower_ascii(y); });
}

std::string at_line(const std::string& file, int64_t line) {
  return fmt::format("{}: line {}", file, line);
}

std::string excerpt(std::string_view text) {
  std::string shown;
  std::size_t at = 0;
  while (at < text.size() && shown.size() < kExcerptBytes) {
    const char32_t code_point = next_code_point(text, at);
    append_utf8(shown, code_point == kNoCodePoint || is_control(code_point) ? U'?' : code_point);
  }
  if (at < text.size()) shown += "...";
  return shown;
}

}  // namespace dpac
