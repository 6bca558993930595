/// @file
/// The smallest energy at which a network still reaches a target accuracy, resumed where it was interrupted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "study/learning/workbench.h"
#include "study/search/search_callbacks.h"
#include "study/search/search_outcome.h"
#include "study/settings/search_settings.h"

namespace dpac {

/// Measures them, or remembers them: what depends on the noise in `noise_folder`, the rest in `clean_folder`.
Baselines find_baselines(Workbench& bench, const std::filesystem::path& clean_folder,
                         const std::filesystem::path& noise_folder);

/// Accuracy with the quantisers; where the network has none, with 8 bits, for which `bench` has ranges.
double quantized_accuracy(Workbench& bench, const Baselines& baselines, const std::filesystem::path& folder);

/// Noise and learning with `first`; accuracies are means over `first`, `first` + 1, ...
struct SearchSeeds {
  uint64_t first = 0;
  int count = 1;
};

/// `folder` keeps what is finished, and what is under way; empty for nowhere. The callbacks are told of every
/// try that is made now, not of those that were kept.
/// @throws Error if the target is out of reach even without noise. @throws what the poll does.
SearchOutcome find_smallest(Workbench& bench, const SearchSettings& settings, const Baselines& baselines,
                            const SearchSeeds& seeds, const std::filesystem::path& folder,
                            const SearchCallbacks& callbacks = {});

}  // namespace dpac
