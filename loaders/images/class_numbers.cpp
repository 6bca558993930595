#include "loaders/images/class_numbers.h"

#include <algorithm>
#include <numeric>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kernels/error.h"
#include "loaders/images/label.h"
#include "loaders/images/name_table.h"
#include "loaders/text_lines.h"

namespace dpac {
namespace {

constexpr std::size_t kShownNames = 3;

/// The names as different plain numbers, or nothing.
std::vector<int> plain_numbers(const std::vector<std::string>& names) {
  std::vector<int> numbers;
  for (const std::string& name : names) {
    const auto number = class_number(name);
    if (!number) return {};
    numbers.push_back(*number);
  }
  const std::set<int> different(numbers.begin(), numbers.end());
  return different.size() == numbers.size() ? numbers : std::vector<int>{};
}

bool are_outputs(const std::vector<int>& numbers, const ClassRule& rule) {
  const int outputs =
      rule.outputs.value_or(static_cast<int>(numbers.size()) + std::max(rule.label_offset, 0));
  return std::all_of(numbers.begin(), numbers.end(), [&](int number) {
    return number + rule.label_offset >= 0 && number + rule.label_offset < outputs;
  });
}

std::string first_of(const std::vector<std::string>& names) {
  const auto end = names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kShownNames));
  return fmt::format("{}{}", fmt::join(names.begin(), end, ", "), end == names.end() ? "" : ", ...");
}

std::string by_position_notice(const std::vector<std::string>& names, const ClassRule& rule) {
  const std::string range = rule.outputs ? fmt::format("outputs of the network (0 to {})", *rule.outputs - 1)
                                         : fmt::format("below the number of folders, {}", names.size());
  return fmt::format(
      "the class folders have numbers for names, but not all are {}; they are taken as classes 0, 1, 2, ... "
      "in the sorted order of their names, {}; --class-map FILE or --label-offset N changes that",
      range, first_of(names));
}

}  // namespace

ClassMap::ClassMap(const std::filesystem::path& file) : file_(file.string()) {
  for (const NameRow& row : read_name_table(file)) {
    const auto number = class_number(row.value);
    if (!number) {
      throw Error(fmt::format("{}: expected a class number from 0 to {} for '{}', found '{}'",
                              at_line(file_, row.line), kMaxLabel, excerpt(row.name), excerpt(row.value)));
    }
    numbers_.emplace(row.name, *number);
  }
}

int ClassMap::number_of(const std::string& name, const std::string& where) const {
  if (const auto found = numbers_.find(name); found != numbers_.end()) return found->second;
  throw Error(fmt::format("{}: the class map {} has no row for '{}'", where, file_, excerpt(name)));
}

ClassNumbers number_classes(const std::vector<std::string>& names, const ClassRule& rule,
                            const std::string& folder) {
  if (rule.map) {
    ClassNumbers mapped{.numbers = {}, .source = LabelSource::map};
    for (const std::string& name : names) mapped.numbers.push_back(rule.map->number_of(name, folder));
    return mapped;
  }
  std::vector<int> numbers = plain_numbers(names);
  const bool are_numbers = !numbers.empty();
  if (are_numbers && are_outputs(numbers, rule)) {
    const bool sorted = std::is_sorted(numbers.begin(), numbers.end());
    const std::string notice =
        sorted ? ""
               : "the names of the class folders are taken as the classes' numbers; a network trained with "
                 "torchvision's ImageFolder numbers them by sorted name (0, 1, 10, ...), which --class-map "
                 "FILE can say";
    return {std::move(numbers), LabelSource::numbers, notice};
  }
  ClassNumbers sorted{std::vector<int>(names.size()), LabelSource::sorted};
  std::iota(sorted.numbers.begin(), sorted.numbers.end(), 0);
  if (are_numbers) sorted.notice = by_position_notice(names, rule);
  return sorted;
}

}  // namespace dpac
