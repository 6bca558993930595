#include "cli/gnuplot/gnuplot_text.h"

namespace dpac::cli {
namespace {

constexpr std::size_t kLongest = 64, kKeptBegin = 36, kKeptEnd = 24;

bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

std::string shortened(std::string_view text) {
  if (text.size() <= kLongest) return std::string(text);
  std::size_t begin = kKeptBegin, end = text.size() - kKeptEnd;
  while (begin > 0 && continues_character(text[begin])) --begin;
  while (end < text.size() && continues_character(text[end])) ++end;
  return std::string(text.substr(0, begin)) + "..." + std::string(text.substr(end));
}

std::string quoted(std::string_view text, char doubled) {
  std::string literal = "'";
  for (const char c : shortened(text)) {
    const bool control = static_cast<unsigned char>(c) < ' ' || c == '\x7f';
    literal += control ? ' ' : c;
    if (c == '\'' || c == doubled) literal += c;
  }
  return literal + "'";
}

}  // namespace

std::string gnuplot_text(std::string_view text) {
  return quoted(text, '\'');
}

std::string gnuplot_mark(std::string_view text) {
  return quoted(text, '%');
}

}  // namespace dpac::cli
