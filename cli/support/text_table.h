/// @file
/// Tables for people.
#pragma once

#include <string>
#include <vector>

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

/// 25557032 -> "25,557,032".
std::string with_thousands(long long value);

}  // namespace dpac::cli
