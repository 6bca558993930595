/// @file
/// The readers behind open_text_dataset(): each turns one form of text into samples. For the loaders' own
/// use. `text` has no byte order mark and does not end with a line end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loaders/text/table_reader.h"
#include "loaders/text/text_dataset.h"

namespace dpac {

/// A sample as the file has it.
struct RawTextSample {
  TextSample text;
  std::string label = {};
  int64_t line = 0;
};

struct RawTextData {
  std::vector<RawTextSample> samples;
  std::optional<std::string> label_name;  ///< Of the column or key; empty without header; none: no labels.
};

/// `scores`: a column `score` comes before other labels.
RawTextData read_text_table(std::string_view text, TableForm form, const TextFormat& format, bool scores,
                            const std::string& file);

RawTextData read_json_lines(std::string_view text, const TextFormat& format, bool scores,
                            const std::string& file);

/// A sentence a line.
RawTextData read_plain_text(std::string_view text);

}  // namespace dpac
