/// @file
/// What a search tells of itself while it runs.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "learn/search_try.h"
#include "study/search/search_units.h"

namespace dpac {

/// A try of a search, when it begins and when it has ended.
struct TryStatus {
  std::string kind;  ///< "uniform", "layer", "channel".
  uint64_t seed = 0;
  int number = 1, most = 1;            ///< The first is 1; there are at most so many.
  double energy = 0;                   ///< Per MAC, that bisection asks for.
  double target = 0;                   ///< Accuracy to be reached.
  std::optional<SearchTry> made = {};  ///< What it came to; none while it runs.
};

/// One network under one noise: the whole of a search, or a row of a table.
struct RowStatus {
  std::string network, noise;
  SearchUnits units;
};

/// Told by the thread that searches. They know where it is shown; a search does not. Any may be empty.
struct SearchCallbacks {
  std::function<void(const RowStatus&)> on_row = {};  ///< What is told from now on is of this row.
  std::function<void(const TryStatus&)> on_try = {};
  std::function<void(const std::string& kind)> on_kind_end = {};  ///< That kind needs no more tries.
  std::function<void()> on_row_end = {};
};

}  // namespace dpac
