/// @file
/// What searches came to, in words.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "study/search/search_outcome.h"
#include "study/search/search_units.h"

namespace dpac {

/// One kind's searches with several seeds; every one has the same target.
struct KindOutcome {
  std::string kind;
  double target = 0;
  std::vector<const Allocation*> searches;
};

/// "uniform: 562 photons/MAC (72.1 aJ/MAC) reach 93.00 %, a hit: within 0.1 points above the target." Says
/// also where it is no hit, or nothing was found; `saving` is against uniform, in percent.
std::string outcome_text(const Allocation& allocation, double target, const SearchUnits& units,
                         const std::optional<double>& saving);

/// "per layer: in 3 of 8 tries learning ended above the energy it was to reach; ...", a line; empty where it
/// did not.
std::string learning_text(const Allocation& allocation);

/// What is to be known beside mean and spread: seeds that found nothing, energies that may not be the
/// smallest, learning that did not come to where it was to go. Without sentences where all went well.
std::vector<std::string> outcome_notes(const KindOutcome& outcome, const SearchUnits& units);

}  // namespace dpac
