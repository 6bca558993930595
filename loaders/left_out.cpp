#include "loaders/left_out.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "loaders/text_lines.h"

namespace dpac {
namespace {

/// "file of formats not read" from "files of formats not read".
std::string singular(std::string what) {
  const std::size_t end = what.find(' ');
  const std::size_t last = (end == std::string::npos ? what.size() : end) - 1;
  return what.erase(last, 1);
}

std::string details(const LeftOut& left_out) {
  if (!left_out.division.empty()) return left_out.division;
  std::vector<std::string> shown;
  for (const std::string& example : left_out.examples) shown.push_back(excerpt(example));
  const bool more = left_out.count > static_cast<int64_t>(shown.size());
  return fmt::format("{}{}", fmt::join(shown, ", "), more ? ", ..." : "");
}

}  // namespace

void LeftOut::add(const std::string& example) {
  ++count;
  if (examples.size() < kMostExamples) examples.push_back(example);
}

std::string to_sentence(const LeftOut& left_out) {
  const bool one = left_out.count == 1;
  return fmt::format("{} {} {} left out ({})", left_out.count, one ? singular(left_out.what) : left_out.what,
                     one ? "was" : "were", details(left_out));
}

}  // namespace dpac
