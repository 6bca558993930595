#include "tests/support/xml.h"

#include <regex>
#include <set>
#include <string_view>
#include <vector>

namespace dpac::test {
namespace {

bool is_text(const std::string& text) {
  if (text.find("]]>") != std::string::npos) return false;
  static const std::regex text_form("([^<&]|&(amp|lt|gt|quot|apos|#[0-9]+|#x[0-9a-fA-F]+);)*");
  for (std::size_t begin = 0; begin < text.size(); begin = text.find('\n', begin) + 1) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    // By lines, for std::regex recurses.
    if (!std::regex_match(text.substr(begin, end - begin), text_form)) return false;
    if (end == text.size()) break;
  }
  return true;
}

/// The inside of a tag: a name and quoted attributes with different names.
std::string tag_fault(const std::string& inside) {
  static const std::regex name_form("^/?[A-Za-z_][\\w:.-]*");
  static const std::regex attribute_form("^\\s+([\\w:.-]+)\\s*=\\s*('[^'<]*'|\"[^\"<]*\")");
  std::smatch match;
  if (!std::regex_search(inside, match, name_form)) return "no name in <" + inside + ">";
  std::string rest = match.suffix();
  std::set<std::string> names;
  while (std::regex_search(rest, match, attribute_form)) {
    if (!names.insert(match[1]).second) return "two '" + match[1].str() + "' in <" + inside + ">";
    rest = match.suffix().str();
  }
  return std::regex_match(rest, std::regex("\\s*/?")) ? "" : "'" + rest + "' in <" + inside + ">";
}

std::string name_of(const std::string& inside) {
  return inside.substr(0, inside.find_first_of(" \t\n/", 1));
}

}  // namespace

std::string xml_fault(const std::string& document) {
  std::vector<std::string> open;
  std::size_t at = 0;
  for (const char c : document) {
    if (static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t' && c != '\r')
      return "a control character";
  }
  while (at < document.size()) {
    const std::size_t tag = std::min(document.find('<', at), document.size());
    if (!is_text(document.substr(at, tag - at)))
      return "a bare & or ]]> in '" + document.substr(at, tag - at) + "'";
    if (tag == document.size()) break;
    const std::size_t end = document.find('>', tag);
    if (end == std::string::npos) return "an unfinished tag";
    const std::string inside = document.substr(tag + 1, end - tag - 1);
    at = end + 1;
    if (inside.starts_with("?xml")) continue;
    const std::string fault = tag_fault(inside);
    if (!fault.empty()) return fault;
    if (inside.starts_with("/")) {
      if (open.empty() || open.back() != inside.substr(1))
        return "</" + inside.substr(1) + "> closes nothing";
      open.pop_back();
    } else if (!inside.ends_with("/")) {
      open.push_back(name_of(inside));
    }
  }
  return open.empty() ? "" : "<" + open.back() + "> is not closed";
}

}  // namespace dpac::test
