/// @file
/// The result of `table` as a paper shows it: what stands in which cell, whatever it is written in.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "report/pictures/result_file.h"
#include "report/tables/rounded.h"

namespace dpac::report {

/// The columns of a family share the unit that is its name and stand side by side.
struct PaperColumn {
  std::string title;
  std::string family = {};  ///< "photons/MAC"; empty where there is none.

  [[nodiscard]] bool has_numbers() const { return !family.empty(); }

  /// "per layer (photons/MAC)".
  [[nodiscard]] std::string header() const;
};

using PaperCell = std::variant<std::string, Rounded>;

struct PaperTable {
  std::vector<PaperColumn> columns;
  std::vector<std::vector<PaperCell>> rows;  ///< As many cells as there are columns.
  std::string caption;
  std::vector<std::string>
      notes;  ///< Sentences that say why a cell has no number, and what others are worth.
};

/// Of what `table` writes as JSON. Columns are those of the kinds that were asked for; "-" stands for what
/// was not asked for or does not exist in that row, "none of 6" for what six tries did not find.
/// @throws Error naming the key that is missing or wrong.
PaperTable paper_table(const ResultValue& table);

/// The kinds that a result of `table` asked for, in its order; all of them where it does not say.
std::vector<std::string> kinds_asked_for(const ResultValue& table);

}  // namespace dpac::report
