#include "cli/support/wrap.h"

#include <sstream>

namespace dpac::cli {
namespace {

std::string wrapped_line(const std::string& line, std::size_t width) {
  std::istringstream words(line);
  std::string text;
  std::size_t column = 0;
  for (std::string word; words >> word; column += word.size()) {
    const bool fits = column + 1 + word.size() <= width;
    if (column > 0) text += fits ? ' ' : '\n';
    column = column > 0 && fits ? column + 1 : 0;
    text += word;
  }
  return text;
}

}  // namespace

std::string wrapped(const std::string& text, std::size_t width) {
  std::istringstream lines(text);
  std::string result;
  for (std::string line; std::getline(lines, line);) {
    if (!result.empty()) result += '\n';
    result += line.starts_with(' ') ? line : wrapped_line(line, width);
  }
  return result;
}

}  // namespace dpac::cli
