/// @file
/// The result of a search as JSON and for people.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/learning/search_run.h"
#include "cli/support/json.h"

namespace dpac::cli {

/// 100 (1 - energy / uniform), where there are both.
std::optional<double> saving_percent(const std::optional<double>& uniform,
                                     const std::optional<double>& energy);

/// The energy per MAC found for a kind; none where it was not searched, or nothing reaches the target.
std::optional<double> energy_found(const SearchResult& result, const std::string& kind);

/// `baseline_top1`, `noise_free_top1`, `target_top1`, `allocations`, `saving_percent`. Of a photon's energy
/// in attojoules for shot noise, else none.
void write(const SearchResult& result, const std::vector<AnalogLayer>& layers,
           const std::optional<double>& photon_aj, Json& json);

/// A table with a line per kind, and what is to be said about those that ended without a hit.
std::string text_of(const SearchResult& result, const std::optional<double>& photon_aj);

}  // namespace dpac::cli
