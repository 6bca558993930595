/// @file
/// Settings from options by name, where there is no command line: from other languages.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "study/options/option_set.h"

namespace dpac {

/// Names of options ("--max-loss") with their values as a command line has them: several where an option is
/// given several times, none for a flag.
using GivenOptions = std::vector<std::pair<std::string, std::vector<std::string>>>;

/// Puts them where the set keeps its settings. What must be given is left to the caller.
/// @throws SettingError for a name that is no option of the set, for options that exclude each other, and for
/// values that break their rule.
void take(const OptionSet& set, const GivenOptions& given);

}  // namespace dpac
