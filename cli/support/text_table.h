/// @file
/// Tables for people.
#pragma once

#include <string>
#include <vector>

#include "study/support/printable.h"

namespace dpac::cli {

/// Columns as wide as their widest cell. The first column is flush left, the others, which hold numbers,
/// flush right.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header);

  /// As many cells as the header has.
  void add(std::vector<std::string> row);

  /// Lines with line ends, without trailing spaces.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace dpac::cli
