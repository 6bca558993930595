/// @file
/// The result of a search as JSON and for people.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/learning/outcome.h"
#include "cli/learning/search_run.h"
#include "cli/support/json.h"

namespace dpac::cli {

/// 100 (1 - energy / uniform), where there are both.
std::optional<double> saving_percent(const std::optional<double>& uniform,
                                     const std::optional<double>& energy);

/// The energy per MAC found for a kind; none where it was not searched, or nothing reaches the target.
std::optional<double> energy_found(const SearchResult& result, const std::string& kind);

/// `baseline_top1`, `noise_free_top1`, `target_top1`, `measure`, `allocations`, `saving_percent`.
void write(const SearchResult& result, const std::vector<AnalogLayer>& layers, const SearchUnits& units,
           Json& json);

/// A table with a line per kind, and a sentence on what each came to.
std::string text_of(const SearchResult& result, const SearchUnits& units);

}  // namespace dpac::cli
