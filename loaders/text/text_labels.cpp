#include "loaders/text/text_labels.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kernels/error.h"
#include "loaders/text_lines.h"

namespace dpac {
namespace {

constexpr std::size_t kNamesInMessages = 10;

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// What Hugging Face's configurations have where nobody gave names.
bool are_placeholders(const std::vector<std::string>& names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] != fmt::format("LABEL_{}", i)) return false;
  }
  return true;
}

std::vector<std::string> names_of(const LabelRule& rule, std::optional<TextTask> task) {
  if (!are_placeholders(rule.class_names)) return rule.class_names;
  if (!task) return {};
  const auto names = traits_of(*task).class_names;
  if (static_cast<int>(names.size()) != rule.classes) return {};
  return {names.begin(), names.end()};
}

}  // namespace

LabelReader::LabelReader(const LabelRule& rule, std::optional<TextTask> task)
    : classes_(rule.classes), names_(names_of(rule, task)) {}

double LabelReader::target(std::string_view label, const std::string& file, int64_t line) const {
  const std::string_view text = trimmed(label);
  const auto found = classes_ ? class_of(text) : number_of<double>(text);
  if (found && std::isfinite(*found)) return *found;
  throw Error(fmt::format("{}: expected {} as the label, found '{}'", at_line(file, line), expectation(),
                          excerpt(label)));
}

std::optional<double> LabelReader::class_of(std::string_view label) const {
  auto named = std::find(names_.begin(), names_.end(), label);
  if (named == names_.end()) {
    named = std::find_if(names_.begin(), names_.end(),
                         [&](const std::string& name) { return equal_ignoring_case(name, label); });
  }
  if (named != names_.end()) return static_cast<double>(named - names_.begin());
  const auto number = number_of<int>(label);
  if (!number || *number < 0 || *number >= *classes_) return std::nullopt;
  return *number;
}

std::string LabelReader::expectation() const {
  if (!classes_) return "a finite number";
  const std::string numbers = fmt::format("a class from 0 to {}", *classes_ - 1);
  if (names_.empty()) return numbers;
  const auto shown = names_.begin() + static_cast<std::ptrdiff_t>(std::min(names_.size(), kNamesInMessages));
  const std::string names = fmt::format("{}", fmt::join(names_.begin(), shown, ", "));
  return fmt::format("{} or one of {}{}", numbers, names, shown == names_.end() ? "" : ", ...");
}

}  // namespace dpac
