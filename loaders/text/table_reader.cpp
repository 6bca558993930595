#include "loaders/text/table_reader.h"

#include <algorithm>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/text_lines.h"

namespace dpac {
namespace {

constexpr std::string_view kBlanks = " \t";

}  // namespace

TableReader::TableReader(std::string_view text, TableForm form, std::string file)
    : rest_(text), form_(form), file_(std::move(file)) {}

bool TableReader::next() {
  if (form_ == TableForm::loose_csv) skip_empty_lines();
  if (rest_.empty()) return false;
  line_ = next_line_;
  std::string_view behind = rest_;
  take_line(behind);
  try {
    read_row();
  } catch (const Error&) {
    rest_ = behind;
    next_line_ = line_ + 1;
    throw;
  }
  ++next_line_;
  return true;
}

void TableReader::read_row() {
  if (starts_with_line_end(rest_)) {
    throw Error(fmt::format("{}: expected a row, found an empty line", at_line(file_, line_)));
  }
  cells_.clear();
  form_ == TableForm::tsv ? read_tsv_row() : read_csv_row();
}

void TableReader::skip_empty_lines() {
  for (std::string_view text = rest_; !text.empty(); ++next_line_) {
    if (!trimmed(take_line(text)).empty()) return;
    rest_ = text;
  }
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
    cells_.push_back(take_cell());
    more = rest_.starts_with(',');
    if (more) rest_.remove_prefix(1);
  }
  // Nothing but the line's end is left of the row.
  take_line(rest_);
}

void TableReader::skip_blanks() {
  if (form_ == TableForm::loose_csv) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlanks), rest_.size()));
  }
}

std::string TableReader::take_cell() {
  skip_blanks();
  return rest_.starts_with('"') ? take_quoted_cell() : take_plain_cell();
}

std::string TableReader::take_plain_cell() {
  const std::size_t end = std::min(rest_.find_first_of(",\r\n"), rest_.size());
  const std::string_view cell = rest_.substr(0, end);
  rest_.remove_prefix(end);
  return std::string(form_ == TableForm::loose_csv ? trimmed(cell) : cell);
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
    next_line_ += line_ends(part);
    cell += part;
    rest_.remove_prefix(end + 1);
    if (rest_.starts_with('"')) cell += '"';
  } while (rest_.starts_with('"'));
  skip_blanks();
  check_cell_end();
  return cell;
}

void TableReader::check_cell_end() const {
  if (rest_.empty() || rest_.starts_with(',') || starts_with_line_end(rest_)) return;
  throw Error(fmt::format("{}: expected a comma or the end of the line after the closing quote, found '{}'",
                          at_line(file_, next_line_),
                          excerpt(trimmed(rest_.substr(0, rest_.find_first_of("\r\n"))))));
}

}  // namespace dpac
