/// @file
/// Numbers in configurations. For .cpp files only: it brings in nlohmann/json.hpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "loaders/json_entries.h"

namespace dpac {

/// A finite number above 0. @throws Error naming the key if the entry is anything else.
std::optional<double> positive(const JsonEntries& entries, const std::string& key);

/// One finite number for each of 1 or 3 channels; empty where there is no entry.
/// @throws Error naming the key if the entry is anything else, or `above_zero` and one is not.
std::vector<float> per_channel(const JsonEntries& entries, const std::string& key, bool above_zero);

}  // namespace dpac
