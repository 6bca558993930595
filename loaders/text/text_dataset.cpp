#include "loaders/text/text_dataset.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/read_file.h"
#include "loaders/stored_bytes.h"
#include "loaders/text/text_columns.h"
#include "loaders/text/text_labels.h"
#include "loaders/text/text_samples.h"
#include "loaders/text_lines.h"

namespace dpac {
namespace {

enum class Form { tsv, csv, json_lines, plain };

constexpr std::size_t kMostColumns = 3;

/// A header of commas and the usual names, or what somebody says has columns.
bool is_csv(std::string_view first_line, bool has_columns, const std::string& file) {
  if (first_line.find(',') == std::string_view::npos) return false;
  if (has_columns) return true;
  if (first_line.find('"') != std::string_view::npos) return false;
  TableReader header(first_line, TableForm::csv, file);
  header.next();
  return usual_columns(header.cells(), {}, false).has_value();
}

Form form_by_content(std::string_view text, bool has_columns, const std::string& file) {
  const std::string_view first_line = take_line(text);
  if (first_line.find('\0') != std::string_view::npos) {
    throw Error(fmt::format("{}: expected text as TSV, CSV or JSON lines, found a binary file", file));
  }
  if (trimmed(first_line).starts_with('{')) return Form::json_lines;
  if (first_line.find('\t') != std::string_view::npos) return Form::tsv;
  return is_csv(first_line, has_columns, file) ? Form::csv : Form::plain;
}

Form form_of(const std::filesystem::path& path, std::string_view text, const TextFormat& format) {
  const std::string extension = path.extension().string();
  const auto is = [&](std::string_view other) { return equal_ignoring_case(extension, other); };
  const bool has_columns = format.task || !format.columns.empty();
  if (is(".tsv")) return Form::tsv;
  if (is(".csv")) return Form::csv;
  if (is(".jsonl") || is(".ndjson") || is(".json")) return Form::json_lines;
  if (!is(".txt")) return form_by_content(text, has_columns, path.string());
  const bool has_tabs = take_line(text).find('\t') != std::string_view::npos;
  return has_columns && has_tabs ? Form::tsv : Form::plain;
}

void check_plain(const TextFormat& format, const std::string& file) {
  if (format.columns.empty() && !(format.task && traits_of(*format.task).pairs)) return;
  throw Error(fmt::format("{}: expected {} in TSV, CSV or JSON lines, found plain text", file,
                          format.columns.empty() ? "pairs of sentences" : "columns"));
}

RawTextData read_form(Form form, std::string_view text, const TextFormat& format, bool scores,
                      const std::string& file) {
  switch (form) {
    case Form::tsv:
      return read_text_table(text, TableForm::tsv, format, scores, file);
    case Form::csv:
      return read_text_table(text, TableForm::csv, format, scores, file);
    case Form::json_lines:
      return read_json_lines(text, format, scores, file);
    case Form::plain:
      break;
  }
  check_plain(format, file);
  return read_plain_text(text);
}

/// Line ends at the end make no samples.
std::string_view relevant(std::string_view text, const std::string& file) {
  text = without_byte_order_mark(text);
  const std::size_t last = text.find_last_not_of("\r\n");
  if (last != std::string_view::npos) return text.substr(0, last + 1);
  throw Error(fmt::format("{}: expected sentences, found {}", file,
                          text.empty() ? "an empty file" : "nothing but empty lines"));
}

/// However short a line is, its sample takes memory.
void check_lines(std::string_view text, const std::string& file) {
  constexpr int64_t kBytesPerSample = 256;
  const int64_t lines = std::max(std::ranges::count(text, '\n'), std::ranges::count(text, '\r'));
  const auto bytes = static_cast<int64_t>(text.size());
  if (lines * kBytesPerSample <= most_unpacked_bytes(bytes)) return;
  throw Error(fmt::format("{}: has {} lines in {} bytes, which take far more memory than the file; split it",
                          file, lines, bytes));
}

/// Rows whose annotators did not agree on a label.
bool has_gold_labels(const RawTextData& data, const TextFormat& format) {
  return data.label_name &&
         (format.task == TextTask::mnli || equal_ignoring_case(*data.label_name, "gold_label"));
}

TextDataset labelled(RawTextData data, const TextFormat& format, const LabelRule& rule,
                     const std::string& file) {
  LabelReader labels(rule, format.task);
  const bool has_labels = data.label_name.has_value(), has_gold = has_gold_labels(data, format);
  LeftOut without_gold{.what = "rows without a gold label"};
  std::vector<TextDataset::Sample> samples;
  for (RawTextSample& raw : data.samples) {
    if (has_gold && trimmed(raw.label) == "-") {
      without_gold.add(fmt::format("line {}", raw.line));
      continue;
    }
    const double target = has_labels ? labels.target(raw.label, file, raw.line) : 0;
    samples.push_back({.text = std::move(raw.text), .target = target, .row = raw.row, .line = raw.line});
  }
  if (samples.empty()) throw Error(fmt::format("{}: expected gold labels, found none but '-'", file));
  TextRemarks remarks;
  for (LeftOut* left_out : {&data.bad_rows, &without_gold}) {
    if (left_out->count > 0) remarks.left_out.push_back(std::move(*left_out));
  }
  if (has_labels) remarks.assumed = labels.assumed();
  remarks.class_names = labels.names();
  return {file, std::move(samples), has_labels, std::move(remarks)};
}

}  // namespace

TextDataset::TextDataset(std::string file, std::vector<Sample> samples, bool has_labels, TextRemarks remarks)
    : file_(std::move(file)),
      samples_(std::move(samples)),
      has_labels_(has_labels),
      remarks_(std::move(remarks)) {}

std::string TextDataset::name(int64_t index) const {
  return fmt::format("{}:{}", file_, at(index).line);
}

TextDataset open_text_dataset(const std::filesystem::path& path, const TextFormat& format,
                              const LabelRule& rule) {
  const std::string file = path.string();
  if (format.columns.size() > kMostColumns) {
    throw Error(fmt::format("{}: expected at most {} columns, two texts and a label, found {} names", file,
                            kMostColumns, format.columns.size()));
  }
  const std::vector<uint8_t> bytes = read_file(path);
  const auto text = relevant({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, file);
  check_lines(text, file);
  RawTextData data = read_form(form_of(path, text, format), text, format, !rule.classes, file);
  return labelled(std::move(data), format, rule, file);
}

}  // namespace dpac
