#include "loaders/text/text_labels.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kernels/error.h"
#include "loaders/parse_number.h"
#include "loaders/text_lines.h"

namespace dpac {
namespace {

constexpr std::size_t kNamesInMessages = 10;

/// What Hugging Face's configurations have where nobody gave names.
bool are_placeholders(const std::vector<std::string>& names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] != fmt::format("LABEL_{}", i)) return false;
  }
  return true;
}

/// Where a name is among others: as it is, or else in letters of another case.
std::optional<int> position(std::span<const std::string> names, std::string_view name) {
  auto found = std::ranges::find(names, name);
  if (found == names.end()) {
    found = std::ranges::find_if(names,
                                 [&](const std::string& other) { return equal_ignoring_case(other, name); });
  }
  if (found == names.end()) return std::nullopt;
  return static_cast<int>(found - names.begin());
}

/// The task, if its classes are as many.
const TextTaskTraits* fitting_task(std::optional<TextTask> task, std::optional<int64_t> classes) {
  if (!task || !classes || *classes == 0) return nullptr;
  const TextTaskTraits& traits = traits_of(*task);
  return static_cast<int64_t>(traits.class_names.size()) == *classes ? &traits : nullptr;
}

/// The outputs that a task's classes have under these names; empty if one of them has none, or if the order
/// is the task's.
std::vector<int> outputs_by_number(const TextTaskTraits& task, std::span<const std::string> names) {
  std::vector<int> outputs;
  for (const std::string_view name : task.class_names) {
    const auto output = position(names, name);
    if (!output) return {};
    outputs.push_back(*output);
  }
  return std::ranges::is_sorted(outputs) ? std::vector<int>() : outputs;
}

}  // namespace

LabelSpelling label_spelling(std::string_view text) {
  const std::size_t sign = text.find('=');
  if (sign != std::string_view::npos && sign > 0 && sign + 1 < text.size()) {
    return {std::string(trimmed(text.substr(0, sign))), std::string(trimmed(text.substr(sign + 1)))};
  }
  throw Error(
      fmt::format("expected a label and the class it stands for, as contradictory=contradiction, "
                  "found '{}'",
                  excerpt(text)));
}

void check_class_names(std::span<const std::string> names, int64_t outputs, std::optional<TextTask> task) {
  if (static_cast<int64_t>(names.size()) != outputs) {
    throw Error(fmt::format("expected {} names of classes, one for each of the network's outputs, found {}",
                            outputs, names.size()));
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (trimmed(names[i]).empty()) throw Error("expected names of classes, found an empty one");
    if (*position(names, names[i]) != static_cast<int>(i)) {
      throw Error(fmt::format("expected different names of classes, found '{}' twice", excerpt(names[i])));
    }
  }
  const TextTaskTraits* traits = fitting_task(task, outputs);
  if (traits == nullptr) return;
  for (const std::string_view name : traits->class_names) {
    if (position(names, name)) continue;
    throw Error(fmt::format("expected the classes of {}, {} in any order, found {}", traits->name,
                            fmt::join(traits->class_names, ", "),
                            excerpt(fmt::format("{}", fmt::join(names, ", ")))));
  }
}

void check_spellings(const LabelRule& rule, std::optional<TextTask> task) {
  (void)LabelReader(rule, task);
}

LabelReader::LabelReader(const LabelRule& rule, std::optional<TextTask> task)
    : classes_(rule.classes), spellings_(rule.spellings), task_(fitting_task(task, rule.classes)) {
  names_are_assumed_ = task_ != nullptr && are_placeholders(rule.class_names);
  if (names_are_assumed_) {
    names_.assign(task_->class_names.begin(), task_->class_names.end());
  } else if (!are_placeholders(rule.class_names)) {
    names_ = rule.class_names;
    if (task_ != nullptr) by_number_ = outputs_by_number(*task_, names_);
  }
  for (const LabelSpelling& spelling : spellings_) {
    if (target_of(spelling.stands_for)) continue;
    throw Error(fmt::format("expected the label '{}' to stand for {}, found '{}'", excerpt(spelling.found),
                            expectation(), excerpt(spelling.stands_for)));
  }
}

double LabelReader::target(std::string_view label, const std::string& file, int64_t line) {
  std::string_view text = trimmed(label);
  const auto spelling = std::ranges::find_if(
      spellings_, [&](const LabelSpelling& other) { return equal_ignoring_case(other.found, text); });
  if (spelling != spellings_.end()) text = spelling->stands_for;
  any_number_ = any_number_ || (!position(names_, text) && parse_number<int>(text));
  if (const auto found = target_of(text)) return *found;
  throw Error(fmt::format("{}: expected {} as the label, found '{}'{}", at_line(file, line), expectation(),
                          excerpt(label), cure()));
}

std::optional<double> LabelReader::target_of(std::string_view label) const {
  if (classes_) return class_of(label);
  const auto score = parse_number<double>(label);
  return score && std::isfinite(*score) ? score : std::nullopt;
}

std::optional<double> LabelReader::class_of(std::string_view label) const {
  if (const auto named = position(names_, label)) return *named;
  const auto number = parse_number<int>(label);
  return number ? numbered_class(*number) : std::nullopt;
}

std::optional<double> LabelReader::numbered_class(int number) const {
  if (number < 0 || number >= *classes_) return std::nullopt;
  return by_number_.empty() ? number : by_number_[static_cast<std::size_t>(number)];
}

std::string LabelReader::expectation() const {
  if (!classes_) return "a finite number";
  std::string numbers = fmt::format("a class from 0 to {}", *classes_ - 1);
  if (names_.empty()) return numbers;
  const auto shown = names_.begin() + static_cast<std::ptrdiff_t>(std::min(names_.size(), kNamesInMessages));
  const std::string names = fmt::format("{}", fmt::join(names_.begin(), shown, ", "));
  return fmt::format("{} or one of {}{}", numbers, names, shown == names_.end() ? "" : ", ...");
}

/// How a label can be made known.
std::string LabelReader::cure() const {
  if (!classes_) return "";
  return fmt::format("; --label-names LABEL=CLASS says what another spelling stands for{}",
                     names_.empty() ? ", --classes names the outputs" : "");
}

std::vector<std::string> LabelReader::assumed() const {
  if (names_are_assumed_) {
    return {
        fmt::format("the network's outputs are taken to be {}, the order of {} in GLUE, for nothing names "
                    "them; --classes sets another order",
                    fmt::join(names_, ", "), task_->name)};
  }
  if (classes_ && names_.empty()) {
    return {
        "labels are taken to be the numbers of the network's outputs, for nothing names them; --classes "
        "does"};
  }
  if (by_number_.empty() || !any_number_) return {};
  return {
      fmt::format("labels that are numbers are taken to count the classes of {} in GLUE: 0 is {}, "
                  "which is output {}",
                  task_->name, task_->class_names.front(), by_number_.front())};
}

}  // namespace dpac
