#include <algorithm>
#include <charconv>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kernels/error.h"
#include "loaders/text/text_columns.h"
#include "loaders/text_lines.h"

namespace dpac {
namespace {

bool is_number(const std::string& column) {
  return column.find_first_not_of("0123456789") == std::string::npos;
}

std::size_t position_of(const std::string& column, std::span<const std::string> header,
                        const std::string& file) {
  if (!is_number(column)) {
    if (const auto position = find_name(header, column)) return *position;
    throw Error(fmt::format("{}: expected a column '{}' in the header, found {}", file, excerpt(column),
                            excerpt(fmt::format("{}", fmt::join(header, ", ")))));
  }
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(column.data(), column.data() + column.size(), number);
  if (error == std::errc() && number > 0) return number - 1;
  throw Error(fmt::format("{}: expected columns numbered from 1, found '{}'", file, excerpt(column)));
}

TableLayout asked_layout(std::span<const std::string> first_row, const TextFormat& format, bool scores,
                         const std::string& file) {
  std::vector<std::size_t> positions;
  for (const std::string& column : format.columns) positions.push_back(position_of(column, first_row, file));
  TextColumns columns = columns_by_count(positions.size());
  columns.first = positions[columns.first];
  if (columns.second) columns.second = positions[*columns.second];
  if (columns.label) columns.label = positions[*columns.label];
  const bool numbers_alone = std::all_of(format.columns.begin(), format.columns.end(), is_number);
  return {.columns = columns,
          .has_header = !numbers_alone || usual_columns(first_row, {}, scores),
          .width = *std::max_element(positions.begin(), positions.end()) + 1,
          .wider_rows = true};
}

std::optional<TextColumns> headerless_columns(std::size_t width, std::optional<TextTask> task) {
  constexpr TextColumns kSentence{.first = 0, .label = 1};
  constexpr TextColumns kPair{.first = 0, .second = 1, .label = 2};
  constexpr TextColumns kCola{.first = 3, .label = 1};
  if (width == 2 && (!task || !traits_of(*task).pairs)) return kSentence;
  if (width == 3 && (!task || traits_of(*task).pairs)) return kPair;
  if (width == 4 && task == TextTask::cola) return kCola;
  return std::nullopt;
}

std::string expectation(std::optional<TextTask> task) {
  if (!task)
    return "a header as sentence1, sentence2, label, or without one text, label or text, text, label";
  const auto& traits = traits_of(*task);
  if (traits.pairs) return fmt::format("the header of {}, or text, text, label without one", traits.name);
  return fmt::format("the header of {}, or text, label without one", traits.name);
}

}  // namespace

TableLayout layout_of(std::span<const std::string> first_row, const TextFormat& format, bool scores,
                      const std::string& file) {
  if (!format.columns.empty()) return asked_layout(first_row, format, scores, file);
  const std::size_t width = first_row.size();
  if (const auto columns = usual_columns(first_row, format.task, scores)) {
    return {.columns = *columns, .has_header = true, .width = width};
  }
  if (const auto columns = headerless_columns(width, format.task)) {
    return {.columns = *columns, .width = width};
  }
  throw Error(fmt::format("{}: expected {}, found {} column{}: '{}'; {} which is which", at_line(file, 1),
                          expectation(format.task), width, width == 1 ? "" : "s",
                          excerpt(fmt::format("{}", fmt::join(first_row, " | "))),
                          format.task ? "--columns says" : "--columns or --task say"));
}

}  // namespace dpac
