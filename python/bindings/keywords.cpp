#include "python/bindings/keywords.h"

#include <cctype>
#include <cstddef>

namespace dpac::python {
namespace {

bool is_lower(char c) {
  return std::islower(static_cast<unsigned char>(c)) != 0;
}

/// Where no word goes on.
bool is_border(char c) {
  return c == ' ' || c == '(' || c == '\'' || c == '[';
}

bool begins_option(std::string_view sentence, std::size_t at) {
  const std::string_view rest = sentence.substr(at);
  return rest.starts_with("--") && rest.size() > 2 && is_lower(rest[2]) &&
         (at == 0 || is_border(sentence[at - 1]));
}

}  // namespace

std::string with_keywords(std::string_view sentence) {
  std::string text;
  for (std::size_t at = 0; at < sentence.size();) {
    if (!begins_option(sentence, at)) {
      text += sentence[at++];
      continue;
    }
    for (at += 2; at < sentence.size() && (is_lower(sentence[at]) || sentence[at] == '-'); ++at)
      text += sentence[at] == '-' ? '_' : sentence[at];
  }
  return text;
}

}  // namespace dpac::python
