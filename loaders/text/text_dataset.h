/// @file
/// Labelled sentences, or pairs of them, in one file of four forms. The extension says which (.tsv, .csv,
/// .jsonl, .ndjson, .json, .txt); without one of these, the first line does.
///
/// - TSV as GLUE has it: nothing is quoted, so a `"` is a character like any other.
/// - CSV: quotes by RFC 4180. A quote within an unquoted cell is a character like any other.
/// - JSON lines: an object a line.
/// - Plain text: a sentence a line, without labels. With a task or columns, a .txt of tabs is TSV.
///
/// Columns and keys are found by the names GLUE and Hugging Face's data sets use, or told by TextFormat. A
/// line ends with LF, CRLF or CR (within a quoted cell none does), the last one with or without. A byte order
/// mark is dropped. Bytes that are no UTF-8 are passed on, to be dropped by the tokeniser (in JSON they are
/// an error); U+0000 is a character like any other. Empty lines at the end of the file are no samples;
/// elsewhere one is an empty sentence in plain text, and an error in the other forms. An empty sentence in
/// its column is a sample.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loaders/left_out.h"
#include "loaders/text/text_task.h"

namespace dpac {

struct TextSample {
  std::string first;                       ///< Any bytes.
  std::optional<std::string> second = {};  ///< Of a pair.
};

/// What is known about a file beforehand.
struct TextFormat {
  std::optional<TextTask> task = {};

  /// The columns of one sentence; of it and its label; or of both sentences and the label. Each is a name of
  /// the header, a key of the JSON objects, or a number from 1. With numbers alone the file has no header,
  /// unless its first row has the usual names. Rows may have further columns; without `columns`, every row
  /// must have as many as the first.
  std::vector<std::string> columns = {};

  /// Rows that do not parse (of another width, with a quote that is never closed, no JSON) are left out and
  /// counted; else they are errors. They count for the positions of the rows behind them.
  bool skip_bad_rows = false;
};

/// A spelling of a label that a file has, and the class's name, its number, or the score it stands for.
struct LabelSpelling {
  std::string found, stands_for;
};

/// From "contradictory=contradiction", parted by the first "=". @throws Error if that is not what it is.
LabelSpelling label_spelling(std::string_view text);

/// How a label becomes a target.
struct LabelRule {
  std::optional<int> classes = {};  ///< How many; none if targets are scores, any finite numbers.

  /// Of the network's outputs, in their order (the checkpoint's id2label, or what the user says); `classes`
  /// of them, or none. "LABEL_0", "LABEL_1", ... say as much as none do. A label is one of them, whatever the
  /// case of its letters, or else a class number. If there are no names, the task's stand in if they are as
  /// many as `classes`; if there are and they are the task's in another order, a label that is a number
  /// counts the task's, not the outputs.
  std::vector<std::string> class_names = {};

  std::vector<LabelSpelling> spellings = {};  ///< A label in another spelling becomes what it stands for.
};

/// Makes sure that `names` can be the classes of a network's outputs.
/// @throws Error unless they are `outputs` different names, and the task's in any order if it has as many.
void check_class_names(std::span<const std::string> names, int64_t outputs, std::optional<TextTask> task);

/// What is to be said about a data set besides its samples.
struct TextRemarks {
  std::vector<LeftOut> left_out = {};     ///< Bad rows, and rows without a gold label.
  std::vector<std::string> assumed = {};  ///< Sentences: what the file does not say and the labels rest on.
  std::vector<std::string> class_names =
      {};  ///< Of the outputs, as labels were read; empty where none are known.
};

/// Makes sure that the rule's spellings stand for labels. @throws Error naming the first that does not.
void check_spellings(const LabelRule& rule, std::optional<TextTask> task);

/// All member functions may be called from several threads at once.
class TextDataset {
 public:
  struct Sample {
    TextSample text;
    double target = 0;
    int64_t row = 0;
    int64_t line = 0;
  };

  /// `samples` is not empty.
  TextDataset(std::string file, std::vector<Sample> samples, bool has_labels, TextRemarks remarks = {});

  /// Number of samples, at least 1.
  [[nodiscard]] int64_t size() const { return static_cast<int64_t>(samples_.size()); }

  [[nodiscard]] const TextSample& text(int64_t index) const { return at(index).text; }

  /// None has one, or all have: it depends on the file's columns.
  [[nodiscard]] bool has_labels() const { return has_labels_; }

  /// The class, or the score; 0 without labels.
  [[nodiscard]] double target(int64_t index) const { return at(index).target; }

  /// The position among all rows of data in the file, from 0: it seeds the sample's noise. It differs from
  /// `index` behind rows without a gold label, which are no samples: "-" in MNLI, or in a column gold_label.
  [[nodiscard]] int64_t row(int64_t index) const { return at(index).row; }

  [[nodiscard]] const TextRemarks& remarks() const { return remarks_; }

  /// "file:line", for messages and tables.
  [[nodiscard]] std::string name(int64_t index) const;

 private:
  [[nodiscard]] const Sample& at(int64_t index) const { return samples_[static_cast<std::size_t>(index)]; }

  std::string file_;
  std::vector<Sample> samples_;
  bool has_labels_;
  TextRemarks remarks_;
};

/// Reads the whole file.
///
///     const auto pairs = open_text_dataset("MNLI/dev_matched.tsv", {.task = TextTask::mnli}, {.classes =
///     3});
///
/// @throws Error naming file and line, what was expected there and what was found.
TextDataset open_text_dataset(const std::filesystem::path& path, const TextFormat& format,
                              const LabelRule& rule);

}  // namespace dpac
