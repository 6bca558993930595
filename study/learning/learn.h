/// @file
/// How much energy each layer or channel needs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/noise/analog.h"
#include "kernels/api.h"
#include "study/evaluation/accuracy.h"
#include "study/evaluation/point_report.h"
#include "study/learning/learned_energies.h"
#include "study/settings/workbench_settings.h"
#include "study/support/document.h"
#include "study/support/remarks.h"

namespace dpac {

struct DPAC_API LearnSettings : WorkbenchSettings {
  double target_energy = 0;   ///< Per MAC; below it energy costs nothing. Has to be given.
  std::string per = "layer";  ///< What has an energy of its own: "layer" or "channel".
  std::string state = {};     ///< A folder to resume from; empty for none.

  /// Before the work, which may take hours. @throws SettingError
  void check() const;
};

struct DPAC_API LearningResult {
  std::vector<AnalogLayer> layers;
  LearnedEnergies learned;                ///< Of these layers; write_energies_hdf5() makes a file of them.
  PointEnergy energy;                     ///< What they come to.
  std::optional<Accuracy> accuracy = {};  ///< With them; none without data to judge by.
  Remarks remarks = {};
  Document document = {};

  /// None for the closed form.
  [[nodiscard]] std::optional<double> ms_per_step() const;

  /// The whole result, as `dpac learn --json` writes it.
  [[nodiscard]] std::string to_json() const { return document.text(); }
};

/// The same bits however often it was interrupted, where there is a folder to resume from.
/// @throws SettingError, Error and, of the state, StateError. @throws what the run's poll does, its state
/// saved if that is Interrupted.
DPAC_API LearningResult learn(const LearnSettings& settings);

}  // namespace dpac
