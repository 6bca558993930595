#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/text/text_columns.h"
#include "loaders/text/text_samples.h"
#include "loaders/text_lines.h"

namespace dpac {
namespace {

void check_width(const TableReader& row, const TableLayout& layout, const std::string& file) {
  const std::size_t found = row.cells().size();
  if (found == layout.width || (found > layout.width && layout.wider_rows)) return;
  throw Error(fmt::format("{}: expected {}{} column{}, found {}", at_line(file, row.line()),
                          layout.wider_rows ? "at least " : "", layout.width, layout.width == 1 ? "" : "s",
                          found));
}

RawTextSample sample_of(const TableReader& row, const TableLayout& layout, const std::string& file) {
  check_width(row, layout, file);
  const auto& cells = row.cells();
  const TextColumns& columns = layout.columns;
  RawTextSample sample{.text = {.first = cells[columns.first]}, .line = row.line()};
  if (columns.second) sample.text.second = cells[*columns.second];
  if (columns.label) sample.label = cells[*columns.label];
  return sample;
}

}  // namespace

RawTextData read_text_table(std::string_view text, TableForm form, const TextFormat& format, bool scores,
                            const std::string& file) {
  TableReader rows(text, form, file);
  bool more = rows.next();
  const TableLayout layout = layout_of(rows.cells(), format, scores, file);
  check_width(rows, layout, file);
  RawTextData data;
  if (layout.columns.label) {
    data.label_name = layout.has_header ? std::string(trimmed(rows.cells()[*layout.columns.label])) : "";
  }
  if (layout.has_header) more = rows.next();
  for (; more; more = rows.next()) data.samples.push_back(sample_of(rows, layout, file));
  if (data.samples.empty()) throw Error(fmt::format("{}: expected rows below the header, found none", file));
  return data;
}

RawTextData read_plain_text(std::string_view text) {
  RawTextData data;
  while (!text.empty()) {
    const std::string_view sentence = take_line(text);
    data.samples.push_back(
        {.text = {.first = std::string(sentence)}, .line = static_cast<int64_t>(data.samples.size()) + 1});
  }
  return data;
}

}  // namespace dpac
