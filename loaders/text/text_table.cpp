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

RawTextSample sample_of(const TableReader& reader, const TableLayout& layout, int64_t row,
                        const std::string& file) {
  check_width(reader, layout, file);
  const auto& cells = reader.cells();
  const TextColumns& columns = layout.columns;
  RawTextSample sample{.text = {.first = cells[columns.first]}, .line = reader.line(), .row = row};
  if (columns.second) sample.text.second = cells[*columns.second];
  if (columns.label) sample.label = cells[*columns.label];
  return sample;
}

}  // namespace

void BadRows::leave_out(std::string_view reason) {
  if (!skip_) throw Error(fmt::format("{}; --skip-bad-rows leaves such rows out", reason));
  if (reason.starts_with(file_ + ": ")) reason.remove_prefix(file_.size() + 2);
  left_out_.add(std::string(reason));
}

void BadRows::check_left(const RawTextData& data, std::string_view expected) const {
  if (!data.samples.empty()) return;
  throw Error(fmt::format("{}: expected {}, found none{}", file_, expected,
                          left_out_.count > 0 ? "; " + to_sentence(left_out_) : ""));
}

RawTextData read_text_table(std::string_view text, TableForm form, const TextFormat& format, bool scores,
                            const std::string& file) {
  TableReader rows(text, form, file);
  rows.next();
  const TableLayout layout = layout_of(rows.cells(), format, scores, file);
  check_width(rows, layout, file);
  RawTextData data;
  if (layout.columns.label) {
    data.label_name = layout.has_header ? std::string(trimmed(rows.cells()[*layout.columns.label])) : "";
  }
  int64_t row = 0;
  if (!layout.has_header) data.samples.push_back(sample_of(rows, layout, row++, file));
  BadRows bad_rows(format, file, data.bad_rows);
  for (bool more = true; more; ++row) {
    bad_rows.attempt([&] {
      more = rows.next();
      if (more) data.samples.push_back(sample_of(rows, layout, row, file));
    });
  }
  bad_rows.check_left(data, "rows below the header");
  return data;
}

RawTextData read_plain_text(std::string_view text) {
  RawTextData data;
  while (!text.empty()) {
    const std::string_view sentence = take_line(text);
    const auto row = static_cast<int64_t>(data.samples.size());
    data.samples.push_back({.text = {.first = std::string(sentence)}, .line = row + 1, .row = row});
  }
  return data;
}

}  // namespace dpac
