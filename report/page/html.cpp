#include "report/page/html.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include <fmt/format.h>

namespace dpac::report {
namespace {

// Pictures are drawn on white; in the dark they stand on a white card.
constexpr const char* kStyle = R"(
:root { color-scheme: light dark; --ink: #1d1d1f; --dim: #5c5c66; --rule: #d8d8de; --paper: #ffffff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8e8ec; --dim: #a4a4ae; --rule: #3c3c44; --paper: #17171a; }
}
body { margin: 2rem auto; max-width: 68rem; padding: 0 1rem; color: var(--ink); background: var(--paper);
  font: 15px/1.5 system-ui, sans-serif; }
h1, h2, h3, li { overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.3rem; margin-top: 2.5rem; border-top: 1px solid var(--rule);
  padding-top: 1.2rem; } h3 { font-size: 1rem; margin: 1.5rem 0 .4rem; }
p.about { color: var(--dim); overflow-wrap: anywhere; }
p, li { max-width: 46rem; }
div.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .9rem .2rem 0; border-bottom: 1px solid var(--rule); text-align: left;
  vertical-align: top; max-width: 32rem; }
td.long { overflow-wrap: anywhere; min-width: 14rem; }
th { color: var(--dim); font-weight: 600; vertical-align: bottom; }
td.number, th.number { text-align: right; } td.number { white-space: nowrap; }
th.group { text-align: center; }
figure { margin: 1.2rem 0; padding: .5rem; background: #ffffff; border: 1px solid var(--rule);
  border-radius: 6px; overflow-x: auto; }
figure svg { display: block; width: 100%; height: auto; }
summary { cursor: pointer; color: var(--dim); margin: 1rem 0 .4rem; }
)";

bool is_number(const std::string& cell) {
  return cell == kNothing || cell.find_first_of("0123456789-(") == 0 || cell.starts_with("none of ") ||
         cell == "impossible";
}

/// Whether a word of the cell is too long for any column.
bool has_long_word(const std::string& cell) {
  constexpr std::size_t kLongest = 36;
  std::size_t length = 0;
  return std::any_of(cell.begin(), cell.end(), [&](char c) {
    length = c == ' ' || c == '\n' ? 0 : length + 1;
    return length > kLongest;
  });
}

}  // namespace

std::string html_text(std::string_view text) {
  std::string html;
  for (const char c : text) {
    const bool control = (static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t') || c == '\x7f';
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        html += control ? ' ' : c;
    }
  }
  return html;
}

HtmlTable::HtmlTable(std::vector<std::string> header) : HtmlTable(std::move(header), {}) {}

HtmlTable::HtmlTable(std::vector<std::string> header, std::vector<std::string> groups)
    : header_(std::move(header)), groups_(std::move(groups)) {}

void HtmlTable::add(std::vector<std::string> row) {
  assert(row.size() == header_.size());
  rows_.push_back(std::move(row));
}

bool HtmlTable::holds_numbers(std::size_t column) const {
  return std::all_of(rows_.begin(), rows_.end(), [&](const auto& row) { return is_number(row[column]); });
}

std::string HtmlTable::row_html(const char* tag, const std::vector<std::string>& cells) const {
  std::string html = "<tr>";
  for (std::size_t c = 0; c < cells.size(); ++c) {
    const char* style = holds_numbers(c)          ? " class=\"number\""
                        : has_long_word(cells[c]) ? " class=\"long\""
                                                  : "";
    html += fmt::format("<{0}{1}>{2}</{0}>", tag, style, html_text(cells[c]));
  }
  return html + "</tr>\n";
}

std::string HtmlTable::groups_html() const {
  if (groups_.empty()) return "";
  std::string html = "<tr>";
  for (std::size_t first = 0, end = 0; first < groups_.size(); first = end) {
    while (end < groups_.size() && groups_[end] == groups_[first]) ++end;
    const char* style = groups_[first].empty() ? "" : " class=\"group\"";
    html += fmt::format("<th colspan=\"{}\"{}>{}</th>", end - first, style, html_text(groups_[first]));
  }
  return html + "</tr>\n";
}

std::string HtmlTable::html() const {
  std::string html = "<div class=\"wide\"><table>\n" + groups_html() + row_html("th", header_);
  for (const auto& row : rows_) html += row_html("td", row);
  return html + "</table></div>\n";
}

std::string html_list(const std::vector<std::string>& sentences) {
  if (sentences.empty()) return "";
  std::string html = "<ul>\n";
  for (const std::string& sentence : sentences) html += fmt::format("<li>{}</li>\n", html_text(sentence));
  return html + "</ul>\n";
}

std::string html_page(std::string_view title, const std::string& body) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{0}</title>\n<style>{1}</style>\n</head>\n<body>\n<h1>{0}</h1>\n{2}</body>\n</html>\n",
      html_text(title), kStyle, body);
}

}  // namespace dpac::report
