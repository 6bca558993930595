#include "study/options/given_options.h"

#include <algorithm>

#include <fmt/format.h>

#include "study/settings/setting_error.h"
#include "study/support/nearest.h"

namespace dpac {
namespace {

const OptionEntry& entry_of(const OptionSet& set, const std::string& name) {
  std::vector<std::string> names;
  for (const OptionEntry& entry : set.entries()) {
    names.push_back(main_name(entry.name));
    if (names.back() == name) return entry;
  }
  throw SettingError(fmt::format("there is no option {} here{}", name, did_you_mean(name, names)));
}

void check_exclusions(const OptionEntry& entry, const GivenOptions& given) {
  for (const std::string& other : entry.excludes) {
    const bool both = std::ranges::any_of(given, [&](const auto& option) { return option.first == other; });
    if (both)
      throw SettingError(fmt::format("{} and {} exclude each other: give one", main_name(entry.name), other));
  }
}

}  // namespace

void take(const OptionSet& set, const GivenOptions& given) {
  for (const auto& [name, values] : given) {
    const OptionEntry& entry = entry_of(set, name);
    check_exclusions(entry, given);
    if (entry.flag != nullptr) {
      *entry.flag = true;
    } else if (values.size() == 1 || (entry.repeatable && !values.empty())) {
      entry.take(values);
    } else {
      throw SettingError(fmt::format("{} has {} values, expected one", name, values.size()));
    }
  }
}

}  // namespace dpac
