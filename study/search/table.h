/// @file
/// Smallest energies of several networks under several noises.
#pragma once

#include <string>
#include <vector>

#include "kernels/api.h"
#include "study/search/search_callbacks.h"
#include "study/search/table_row.h"
#include "study/settings/noise_settings.h"
#include "study/settings/search_settings.h"
#include "study/settings/workbench_settings.h"
#include "study/support/document.h"
#include "study/support/remarks.h"

namespace dpac {

/// Of every row, but for the weights and the noise of the workbench: they are one of those below.
struct DPAC_API TableSettings : WorkbenchSettings {
  SearchSettings search;
  std::vector<std::string> weights = {};
  std::vector<std::string> names = {};  ///< What the rows call them; empty for the files' names.
  std::vector<std::string> noises = {"shot", "thermal", "weight"};
  std::string state = {};  ///< A folder to resume from; empty for none.

  /// Before the work, which may take weeks. @throws SettingError
  void check() const;

  [[nodiscard]] std::vector<std::string> names_in_force() const;
};

struct TableResult {
  std::vector<TableRow> rows;  ///< Those of a network together.
  Remarks remarks = {};
  Document document = {};

  /// The whole result, as `dpac table --json` writes it.
  [[nodiscard]] std::string to_json() const { return document.text(); }
};

/// Searches with every seed for each network under each noise. A row that is impossible says so, and the rest
/// is found all the same.
/// @throws SettingError, StateError, and Error where weights and data do not fit each other, or no row is
/// possible.
DPAC_API TableResult table(const TableSettings& settings, const SearchCallbacks& callbacks = {});

}  // namespace dpac
