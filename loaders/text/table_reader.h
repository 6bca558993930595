/// @file
/// Rows of TSV and CSV files. For the loaders' own use.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dpac {

enum class TableForm {
  tsv,        ///< Tabs part cells, and nothing is quoted.
  csv,        ///< RFC 4180: commas, and cells in quotes with commas, line ends and doubled quotes.
  loose_csv,  ///< CSV as people write it: blanks around cells do not count, nor do empty lines.
};

/// Goes through `text`, which must outlive it and does not end with a line end. Lines end with LF, CRLF or
/// CR.
class TableReader {
 public:
  TableReader(std::string_view text, TableForm form, std::string file);

  /// Moves to the next row; false behind the last one.
  /// @throws Error naming file and line for an empty line, a quote that is never closed, or text behind one
  /// that closes. The row after that is the line behind the one where the bad row began.
  bool next();

  /// Of the row; at least one.
  [[nodiscard]] const std::vector<std::string>& cells() const { return cells_; }

  /// Where the row begins, from 1.
  [[nodiscard]] int64_t line() const { return line_; }

 private:
  void read_row();
  void read_tsv_row();
  void read_csv_row();
  void skip_blanks();
  void skip_empty_lines();
  std::string take_cell();
  std::string take_plain_cell();
  std::string take_quoted_cell();
  void check_cell_end() const;

  std::string_view rest_;
  TableForm form_;
  std::string file_;
  std::vector<std::string> cells_;
  int64_t line_ = 0;
  int64_t next_line_ = 1;
};

}  // namespace dpac
