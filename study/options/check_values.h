/// @file
/// The options' rules, for settings that no parser has seen.
#pragma once

#include "study/options/study_options.h"

namespace dpac {

/// @param settings Those of a study (study_options.h). @throws SettingError as OptionSet::check() does.
template <typename Settings>
void check_values(Settings settings) {
  OptionSet set;
  add_options(set, settings);
  set.check();
}

}  // namespace dpac
