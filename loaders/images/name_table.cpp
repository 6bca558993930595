#include "loaders/images/name_table.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/read_file.h"
#include "loaders/text/table_reader.h"
#include "loaders/text_lines.h"

namespace dpac {
namespace {

constexpr std::string_view kSeparators = " \t,";
constexpr std::array<std::string_view, 7> kHeaders = {"class",    "label",       "index", "id",
                                                      "class_id", "class_index", "target"};

[[noreturn]] void refuse(const std::string& file, int64_t line, std::string_view found) {
  throw Error(fmt::format("{}: expected a name and a class, parted by a comma, a tab or blanks, found '{}'",
                          at_line(file, line), excerpt(found)));
}

void add_row(std::string_view name, std::string_view value, int64_t line, std::vector<NameRow>& rows) {
  rows.push_back({std::string(trimmed(name)), std::string(trimmed(value)), line});
}

std::vector<NameRow> read_lines(std::string_view text, const std::string& file) {
  std::vector<NameRow> rows;
  for (int64_t line = 1; !text.empty(); ++line) {
    const std::string_view row = trimmed(take_line(text));
    if (row.empty()) continue;
    const std::size_t separator = row.find_last_of(kSeparators);
    if (separator == std::string_view::npos) refuse(file, line, row);
    const std::string_view name = row.substr(0, separator);
    add_row(name.substr(0, name.find_last_not_of(kSeparators) + 1), row.substr(separator + 1), line, rows);
  }
  return rows;
}

std::vector<NameRow> read_csv(std::string_view text, const std::string& file) {
  text = text.substr(0, text.find_last_not_of("\r\n") + 1);
  std::vector<NameRow> rows;
  TableReader table(text, TableForm::csv, file);
  while (table.next()) {
    const std::vector<std::string>& cells = table.cells();
    if (cells.size() != 2) refuse(file, table.line(), cells.front());
    add_row(cells[0], cells[1], table.line(), rows);
  }
  return rows;
}

bool is_header(const NameRow& row) {
  return std::any_of(kHeaders.begin(), kHeaders.end(),
                     [&row](std::string_view header) { return equal_ignoring_case(row.value, header); });
}

void check_rows(const std::vector<NameRow>& rows, const std::string& file) {
  if (rows.empty()) {
    throw Error(fmt::format("{}: expected rows of a name and a class, the file has none", file));
  }
  std::set<std::string_view> names;
  for (const NameRow& row : rows) {
    if (row.name.empty() || row.value.empty()) refuse(file, row.line, row.name + row.value);
    if (!names.insert(row.name).second) {
      throw Error(fmt::format("{}: '{}' was given before", at_line(file, row.line), excerpt(row.name)));
    }
  }
}

}  // namespace

std::vector<NameRow> read_name_table(const std::filesystem::path& file) {
  const std::vector<uint8_t> bytes = read_file(file);
  const std::string_view text =
      without_byte_order_mark({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  const bool quoted = text.find('"') != std::string_view::npos;
  std::vector<NameRow> rows = quoted ? read_csv(text, file.string()) : read_lines(text, file.string());
  if (!rows.empty() && is_header(rows.front())) rows.erase(rows.begin());
  check_rows(rows, file.string());
  return rows;
}

}  // namespace dpac
