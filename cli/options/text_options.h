/// @file
/// What `--data` needs to be told about text, and `--text`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/options/option_set.h"
#include "loaders/text/basic_tokenizer.h"

namespace dpac::cli {

inline constexpr const char* kTextGroup = "Text (BERT)";  ///< Of the options, in --help.

struct TextOptions {
  std::string vocab = {};
  bool cased = false, uncased = false;  ///< At most one of both.
  std::string task = {};
  std::vector<std::string> columns = {};
  std::vector<std::string> classes = {};      ///< Names of the network's outputs, in their order.
  std::vector<std::string> label_names = {};  ///< "found=stands for", each.
  bool skip_bad_rows = false;
  std::optional<int64_t> pad_to = {};
  std::vector<std::string> sentences = {};  ///< Of `--text`, in place of a file.

  [[nodiscard]] std::optional<Casing> casing() const;

  /// Name of an option that was given; null for none.
  [[nodiscard]] const char* given() const;
};

void add_text_options(OptionSet& set, TextOptions& options);

}  // namespace dpac::cli
