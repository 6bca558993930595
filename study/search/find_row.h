/// @file
/// The searches of a row of a table, and the row as JSON.
#pragma once

#include <filesystem>
#include <string>

#include "study/learning/workbench.h"
#include "study/search/search_callbacks.h"
#include "study/search/table_row.h"
#include "study/settings/search_settings.h"
#include "study/support/json.h"

namespace dpac {

/// Searches with each of the seeds, or remembers: what belongs to the network alone lies in `network_folder`,
/// the rest in a folder of it for the noise, and there in one for each seed. A row that cannot be computed,
/// for its target is out of reach or its network not sound, is impossible, and says why.
/// @throws StateError and Interrupted as find_smallest() does.
TableRow find_row(Workbench& bench, const SearchSettings& settings, const std::string& network,
                  const std::filesystem::path& network_folder, const SearchCallbacks& callbacks);

Json to_json(const TableRow& row);

}  // namespace dpac
