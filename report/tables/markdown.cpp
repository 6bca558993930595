// Tables in Markdown.

#include <algorithm>

#include <fmt/format.h>

#include "report/tables/markup.h"
#include "report/tables/table_markup.h"

namespace dpac::report {
namespace {

std::string cell_text(const PaperCell& cell) {
  const auto* number = std::get_if<Rounded>(&cell);
  return number != nullptr ? plain_text(*number) : markdown_text(std::get<std::string>(cell));
}

/// Characters of UTF-8: what a terminal gives a column each, nearly always.
std::size_t width_of(const std::string& text) {
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; };
  return text.size() - static_cast<std::size_t>(std::count_if(text.begin(), text.end(), continues));
}

using Lines = std::vector<std::vector<std::string>>;

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::string blanks(width - width_of(text), ' ');
  return right ? blanks + text : text + blanks;
}

std::string rule(std::size_t width, bool right) {
  return right ? std::string(width + 1, '-') + ':' : std::string(width + 2, '-');
}

}  // namespace

std::string markdown_of(const PaperTable& table) {
  Lines lines(1);
  for (const PaperColumn& column : table.columns) lines.front().push_back(markdown_text(column.header()));
  for (const auto& row : table.rows) {
    auto& line = lines.emplace_back();
    for (const PaperCell& cell : row) line.push_back(cell_text(cell));
  }
  std::vector<std::size_t> widths(table.columns.size());
  for (const auto& line : lines) {
    for (std::size_t c = 0; c < line.size(); ++c) widths[c] = std::max(widths[c], width_of(line[c]));
  }
  std::string text;
  for (std::size_t l = 0; l < lines.size(); ++l) {
    for (std::size_t c = 0; c < widths.size(); ++c) {
      text += fmt::format("| {} ", padded(lines[l][c], widths[c], table.columns[c].has_numbers()));
    }
    text += "|\n";
    if (l > 0) continue;
    for (std::size_t c = 0; c < widths.size(); ++c)
      text += '|' + rule(widths[c], table.columns[c].has_numbers());
    text += "|\n";
  }
  text += fmt::format("\nTable: {}\n", markdown_text(table.caption));
  if (!table.notes.empty()) text += '\n';
  for (const std::string& note : table.notes) text += fmt::format("- {}\n", markdown_text(note));
  return text;
}

}  // namespace dpac::report
