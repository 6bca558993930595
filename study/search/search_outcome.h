/// @file
/// What a search found.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/noise/noise_config.h"
#include "learn/search_try.h"

namespace dpac {

/// Accuracies that noise can only lower.
struct Baselines {
  double full_precision = 0;  ///< Neither noise nor quantisers.
  double without_noise = 0;   ///< With the quantisers: what infinite energy reaches.
};

/// What was found for one kind.
struct Allocation {
  std::string kind;  ///< "uniform", "layer", "channel".
  std::vector<SearchTry> tries;
  std::optional<SearchTry> best;  ///< None where no try reaches the target.
  bool hit = false;               ///< A try lies in the window above the target.
  Energies energies;              ///< Of the best one.
  bool learned = false;           ///< Rather than set, or from the closed form.
};

struct SearchOutcome {
  Baselines baselines;
  double target = 0;
  std::vector<Allocation> allocations;  ///< In the order of the settings' kinds.
};

}  // namespace dpac
