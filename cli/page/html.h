/// @file
/// The little HTML that a report needs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dpac::cli {

/// The cell of a table for what does not exist.
inline constexpr const char* kNothing = "\u2013";

/// Text for anywhere in HTML, attributes included.
std::string html_text(std::string_view text);

/// A table; cells are text, not HTML. Columns of numbers stand flush right.
class HtmlTable {
 public:
  explicit HtmlTable(std::vector<std::string> header);

  /// As many cells as the header has.
  void add(std::vector<std::string> row);

  [[nodiscard]] bool empty() const { return rows_.empty(); }
  [[nodiscard]] std::string html() const;

 private:
  [[nodiscard]] bool holds_numbers(std::size_t column) const;

  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
};

/// A whole page around its body: the title, and a style readable on light and dark screens and on paper.
std::string html_page(std::string_view title, const std::string& body);

}  // namespace dpac::cli
