// Tables in LaTeX.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "report/tables/markup.h"
#include "report/tables/table_markup.h"

namespace dpac::report {
namespace {

std::string number_text(const Rounded& number) {
  std::string text = number.value;
  if (!number.error.empty()) text += " \\pm " + number.error;
  if (number.exponent == 0) return fmt::format("${}$", text);
  if (!number.error.empty()) text = fmt::format("({})", text);
  return fmt::format("${} \\times 10^{{{}}}$", text, number.exponent);
}

std::string cell_text(const PaperCell& cell) {
  if (const auto* number = std::get_if<Rounded>(&cell)) return number_text(*number);
  const auto& text = std::get<std::string>(cell);
  return text == "-" ? "--" : latex_text(text);
}

/// Sentences, in which "+-" is a sign.
std::string sentence_text(const std::string& sentence) {
  std::string text = latex_text(sentence);
  for (std::size_t at = 0; (at = text.find("+-", at)) != std::string::npos;) text.replace(at, 2, "$\\pm$");
  return text;
}

/// Columns that share a unit: [first, end).
struct Span {
  std::size_t first, end;
};

std::vector<Span> families_of(const std::vector<PaperColumn>& columns) {
  std::vector<Span> spans;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const bool same = !spans.empty() && columns[spans.back().first].family == columns[c].family;
    if (same) {
      ++spans.back().end;
    } else {
      spans.push_back({c, c + 1});
    }
  }
  return spans;
}

/// The units above their columns, with a rule below each.
std::string family_rows(const std::vector<PaperColumn>& columns) {
  std::string names, rules;
  for (const Span& span : families_of(columns)) {
    const std::string& family = columns[span.first].family;
    const std::size_t count = span.end - span.first;
    if (span.first > 0) names += " & ";
    if (family.empty()) {
      names += std::string(count - 1, '&');
      continue;
    }
    names += fmt::format("\\multicolumn{{{}}}{{c}}{{{}}}", count, latex_text(family));
    rules += fmt::format("\\cmidrule(lr){{{}-{}}}", span.first + 1, span.end);
  }
  return fmt::format("{} \\\\\n{}\n", names, rules);
}

template <typename Cells, typename Text>
std::string line_of(const Cells& cells, Text&& text_of) {
  std::vector<std::string> texts;
  for (const auto& cell : cells) texts.push_back(text_of(cell));
  return fmt::format("{} \\\\\n", fmt::join(texts, " & "));
}

}  // namespace

std::string latex_of(const PaperTable& table) {
  std::string alignment;
  for (const PaperColumn& column : table.columns) alignment += column.has_numbers() ? 'r' : 'l';
  std::string text = fmt::format(
      "% \\usepackage{{booktabs}}\n\\begin{{table}}\n\\centering\n\\caption{{{}}}\n"
      "\\begin{{tabular}}{{{}}}\n\\toprule\n{}",
      sentence_text(table.caption), alignment, family_rows(table.columns));
  text += line_of(table.columns, [](const PaperColumn& column) { return latex_text(column.title); });
  text += "\\midrule\n";
  for (const auto& row : table.rows) text += line_of(row, cell_text);
  text += "\\bottomrule\n\\end{tabular}\n";
  for (const std::string& note : table.notes)
    text += fmt::format("\\par\\footnotesize {}\n", sentence_text(note));
  return text + "\\end{table}\n";
}

}  // namespace dpac::report
