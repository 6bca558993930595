/// @file
/// What a search tells of itself while it runs.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "learn/bisection.h"

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

/// Told by the thread that searches. They know where it is shown; a search does not. Either may be empty.
struct SearchCallbacks {
  std::function<void(const TryStatus&)> on_try = {};
  std::function<void(const std::string& kind)> on_kind_end = {};  ///< That kind needs no more tries.
};

}  // namespace dpac
