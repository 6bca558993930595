/// @file
/// The little HTML that a report needs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dpac::report {

/// The cell of a table for what does not exist.
inline constexpr const char* kNothing = "\u2013";

/// Text for anywhere in HTML, attributes included.
std::string html_text(std::string_view text);

/// A table; cells are text, not HTML. Columns of numbers, and of words in the place of one ("none of 6"),
/// stand flush right. Wider than the page it scrolls by itself; only words that no column could hold, such as
/// paths, are broken.
class HtmlTable {
 public:
  explicit HtmlTable(std::vector<std::string> header);

  /// With one of `groups` above each of the columns: a name above neighbours that share it, nothing above
  /// those whose group is empty.
  HtmlTable(std::vector<std::string> header, std::vector<std::string> groups);

  /// As many cells as the header has.
  void add(std::vector<std::string> row);

  [[nodiscard]] bool empty() const { return rows_.empty(); }
  [[nodiscard]] std::string html() const;

 private:
  [[nodiscard]] bool holds_numbers(std::size_t column) const;
  [[nodiscard]] std::string row_html(const char* tag, const std::vector<std::string>& cells) const;
  [[nodiscard]] std::string groups_html() const;

  std::vector<std::string> header_, groups_;
  std::vector<std::vector<std::string>> rows_;
};

/// A list with a point for each sentence; empty for none.
std::string html_list(const std::vector<std::string>& sentences);

/// A whole page around its body: the title, and a style readable on light and dark screens and on paper.
std::string html_page(std::string_view title, const std::string& body);

}  // namespace dpac::report
