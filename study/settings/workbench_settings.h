/// @file
/// All that energies are found with.
#pragma once

#include <string>

#include "kernels/api.h"
#include "study/settings/analog_settings.h"
#include "study/settings/data_settings.h"
#include "study/settings/learning_settings.h"
#include "study/settings/model_settings.h"

namespace dpac {

struct DPAC_API WorkbenchSettings {
  ModelSettings model;
  DataSettings data;  ///< To judge by. Its path may be empty: then accuracy is not measured.
  AnalogSettings analog{.noise = {.noise = "shot", .energies_given = false}};
  LearningSettings learning;
  RunSettings run;

  /// @throws SettingError as the parts' own check() do.
  void check() const;

  /// @throws SettingError where what was kept in the folder `state` could not be told from what other images
  /// in memory gave; empty for no folder.
  void check_state(const std::string& state) const;
};

}  // namespace dpac
