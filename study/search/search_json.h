/// @file
/// What a search found, in the numbers and keys of a result's JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "study/search/outcome.h"
#include "study/search/search_outcome.h"
#include "study/support/json.h"

namespace dpac {

/// 100 (1 - energy / uniform), where there are both.
std::optional<double> saving_percent(const std::optional<double>& uniform,
                                     const std::optional<double>& energy);

/// The energy per MAC found for a kind; none where it was not searched, or nothing reaches the target.
std::optional<double> energy_found(const SearchOutcome& result, const std::string& kind);

/// What a kind saves against uniform; uniform itself saves nothing.
std::optional<double> saving_of(const SearchOutcome& result, const Allocation& allocation);

/// `baseline_top1`, `noise_free_top1`, `target_top1`, `measure`, `allocations`, `saving_percent`.
void write(const SearchOutcome& result, const std::vector<AnalogLayer>& layers, const SearchUnits& units,
           Json& json);

}  // namespace dpac
