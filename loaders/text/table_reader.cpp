#include "loaders/text/table_reader.h"

#include <algorithm>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/text_lines.h"

namespace dpac {
namespace {

bool starts_with_line_end(std::string_view text) {
  return text.starts_with('\n') || text.starts_with("\r\n");
}

}  // namespace

TableReader::TableReader(std::string_view text, TableForm form, std::string file)
    : rest_(text), form_(form), file_(std::move(file)) {}

bool TableReader::next() {
  if (rest_.empty()) return false;
  line_ = next_line_;
  if (starts_with_line_end(rest_)) {
    throw Error(fmt::format("{}: expected a row, found an empty line", at_line(file_, line_)));
  }
  cells_.clear();
  form_ == TableForm::tsv ? read_tsv_row() : read_csv_row();
  ++next_line_;
  return true;
}

void TableReader::read_tsv_row() {
  std::string_view line = take_line(rest_);
  for (std::size_t tab; (tab = line.find('\t')) != std::string_view::npos; line.remove_prefix(tab + 1)) {
    cells_.emplace_back(line.substr(0, tab));
  }
  cells_.emplace_back(line);
}

void TableReader::read_csv_row() {
  for (bool more = true; more;) {
    cells_.push_back(rest_.starts_with('"') ? take_quoted_cell() : take_plain_cell());
    more = rest_.starts_with(',');
    if (more) rest_.remove_prefix(1);
  }
  // Nothing but the line's end is left of the row.
  take_line(rest_);
}

std::string TableReader::take_plain_cell() {
  const std::size_t end = std::min(rest_.find_first_of(",\n"), rest_.size());
  std::string_view cell = rest_.substr(0, end);
  rest_.remove_prefix(end);
  if (cell.ends_with('\r') && !rest_.starts_with(',')) cell.remove_suffix(1);
  return std::string(cell);
}

std::string TableReader::take_quoted_cell() {
  const int64_t opened = next_line_;
  std::string cell;
  do {
    // An opening quote, or the second one of two that stand for one.
    rest_.remove_prefix(1);
    const std::size_t end = rest_.find('"');
    if (end == std::string_view::npos) {
      throw Error(fmt::format("{}: expected a closing quote for the one opened here, found none",
                              at_line(file_, opened)));
    }
    const std::string_view part = rest_.substr(0, end);
    next_line_ += std::count(part.begin(), part.end(), '\n');
    cell += part;
    rest_.remove_prefix(end + 1);
    if (rest_.starts_with('"')) cell += '"';
  } while (rest_.starts_with('"'));
  check_cell_end();
  return cell;
}

void TableReader::check_cell_end() const {
  if (rest_.empty() || rest_.starts_with(',') || starts_with_line_end(rest_)) return;
  throw Error(fmt::format("{}: expected a comma or the end of the line after the closing quote, found '{}'",
                          at_line(file_, next_line_), excerpt(trimmed(rest_.substr(0, rest_.find('\n'))))));
}

}  // namespace dpac
