#include "report/tables/markup.h"

#include <cctype>

#include "study/support/printable.h"

namespace dpac::report {
namespace {

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || static_cast<unsigned char>(c) >= 0x80;
}

/// Within a word, as most names have it, an underscore is no markup, and easier to read as it is.
bool is_within_word(const std::string& text, std::size_t at) {
  return at > 0 && at + 1 < text.size() && is_word(text[at - 1]) && is_word(text[at + 1]);
}

bool is_markdown(const std::string& text, std::size_t at) {
  if (text[at] == '_') return !is_within_word(text, at);
  return std::string_view("\\|`*<>[]&~$").find(text[at]) != std::string_view::npos;
}

std::string latex_character(char c) {
  switch (c) {
    case '\\':
      return "\\textbackslash{}";
    case '~':
      return "\\textasciitilde{}";
    case '^':
      return "\\textasciicircum{}";
    case '<':
      return "\\textless{}";
    case '>':
      return "\\textgreater{}";
    case '|':
      return "\\textbar{}";
    case '[':  // It would be an argument of the line's end before it.
      return "{[}";
    default:
      break;
  }
  const bool special = std::string_view("{}$&#_%").find(c) != std::string_view::npos;
  return special ? std::string("\\") + c : std::string(1, c);
}

}  // namespace

std::string markdown_text(std::string_view text) {
  const std::string plain = printable(text);
  std::string escaped;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (is_markdown(plain, i)) escaped += '\\';
    escaped += plain[i];
  }
  return escaped;
}

std::string latex_text(std::string_view text) {
  std::string escaped;
  for (const char c : printable(text)) escaped += latex_character(c);
  return escaped;
}

std::string csv_field(std::string_view text) {
  std::string plain = printable(text);
  const bool ends_blank = plain.starts_with(' ') || plain.ends_with(' ');
  if (!ends_blank && plain.find_first_of(",\"") == std::string::npos) return plain;
  std::string quoted = "\"";
  for (const char c : plain) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

}  // namespace dpac::report
