/// @file
/// The options' rules, for settings that no parser has seen.
#pragma once

#include "study/options/option_set.h"

namespace dpac {

/// @param settings Any for which there is add_options(). @throws SettingError as OptionSet::check() does.
template <typename Settings>
void check_values(Settings settings) {
  OptionSet set;
  add_options(set, settings);
  set.check();
}

}  // namespace dpac
