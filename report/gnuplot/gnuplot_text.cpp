#include "report/gnuplot/gnuplot_text.h"

#include <fmt/format.h>

namespace dpac::report {
namespace {

constexpr std::size_t kLongest = 64;

bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

std::string quoted(std::string_view text, char doubled) {
  std::string literal = "'";
  for (const char c : shortened_label(text)) {
    const bool control = static_cast<unsigned char>(c) < ' ' || c == '\x7f';
    literal += control ? ' ' : c;
    if (c == '\'' || c == doubled) literal += c;
  }
  return literal + "'";
}

}  // namespace

std::string shortened(std::string_view text, std::size_t longest) {
  if (text.size() <= longest) return std::string(text);
  constexpr std::string_view kDots = "...";
  std::size_t begin = (longest - kDots.size()) * 3 / 5, end = text.size() - (longest - kDots.size() - begin);
  while (begin > 0 && continues_character(text[begin])) --begin;
  while (end < text.size() && continues_character(text[end])) ++end;
  return fmt::format("{}{}{}", text.substr(0, begin), kDots, text.substr(end));
}

std::string shortened_label(std::string_view text) {
  return shortened(text, kLongest);
}

std::string gnuplot_text(std::string_view text) {
  return quoted(text, '\'');
}

std::string gnuplot_mark(std::string_view text) {
  return quoted(text, '%');
}

}  // namespace dpac::report
