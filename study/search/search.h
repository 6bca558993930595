/// @file
/// The smallest energies at an allowed loss of accuracy.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/noise/analog.h"
#include "kernels/api.h"
#include "study/search/search_callbacks.h"
#include "study/search/search_outcome.h"
#include "study/search/search_units.h"
#include "study/settings/search_settings.h"
#include "study/settings/workbench_settings.h"
#include "study/support/document.h"
#include "study/support/remarks.h"

namespace dpac {

struct DPAC_API EnergySearchSettings : WorkbenchSettings {
  SearchSettings search;
  std::string state = {};  ///< A folder to resume from; empty for none.

  /// Before the work, which may take days. @throws SettingError
  void check() const;
};

struct SearchResult {
  std::vector<AnalogLayer> layers;
  SearchOutcome found = {};  ///< By kind; write_energies_hdf5() makes a file of an allocation's energies.
  SearchUnits units;
  Remarks remarks = {};
  Document document = {};

  /// The whole result, as `dpac search --json` writes it.
  [[nodiscard]] std::string to_json() const { return document.text(); }
};

/// Bisects the energy per MAC for each kind until the accuracy lies within 0.1 points above the target.
/// Resumes as learn() does.
/// @throws SettingError, StateError, and Error, also if the target is out of reach even without noise.
DPAC_API SearchResult search(const EnergySearchSettings& settings, const SearchCallbacks& callbacks = {});

}  // namespace dpac
