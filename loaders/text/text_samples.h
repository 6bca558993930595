/// @file
/// The readers behind open_text_dataset(): each turns one form of text into samples. For the loaders' own
/// use. `text` has no byte order mark and does not end with a line end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/error.h"
#include "loaders/left_out.h"
#include "loaders/text/table_reader.h"
#include "loaders/text/text_dataset.h"

namespace dpac {

/// A sample as the file has it.
struct RawTextSample {
  TextSample text;
  std::string label = {};
  int64_t line = 0;
  int64_t row = 0;  ///< Position among all rows of data, bad ones too.
};

struct RawTextData {
  std::vector<RawTextSample> samples = {};
  std::optional<std::string> label_name =
      {};  ///< Of the column or key; empty without header; none: no labels.
  LeftOut bad_rows{.what = "rows of the wrong form"};
};

/// The rows of one file that do not parse: counted where they are to be skipped, else refused.
class BadRows {
 public:
  BadRows(const TextFormat& format, const std::string& file, LeftOut& left_out)
      : skip_(format.skip_bad_rows), file_(file), left_out_(left_out) {}

  /// Calls `read` for one row; false if the row is left out.
  /// @throws Error, which mentions `--skip-bad-rows`, for what `read` throws, unless rows are to be skipped.
  template <class Read>
  bool attempt(Read&& read) {
    try {
      read();
      return true;
    } catch (const Error& error) {
      leave_out(error.what());
      return false;
    }
  }

  /// @throws Error if no row is left.
  void check_left(const RawTextData& data, std::string_view expected) const;

 private:
  void leave_out(std::string_view reason);

  bool skip_;
  const std::string& file_;
  LeftOut& left_out_;
};

/// `scores`: a column `score` comes before other labels.
RawTextData read_text_table(std::string_view text, TableForm form, const TextFormat& format, bool scores,
                            const std::string& file);

RawTextData read_json_lines(std::string_view text, const TextFormat& format, bool scores,
                            const std::string& file);

/// A sentence a line.
RawTextData read_plain_text(std::string_view text);

}  // namespace dpac
