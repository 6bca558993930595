/// @file
/// A row of the table: one network under one noise, searched with several seeds.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/learning/search_run.h"
#include "cli/support/json.h"

namespace dpac::cli {

inline constexpr std::array kKinds{"uniform", "layer", "channel"};

/// Over seeds.
struct MeanAndStd {
  double mean = 0;
  std::optional<double> std;  ///< None for a single seed.
};

struct TableRow {
  std::string network, noise, weights_sha256;
  Json options;  ///< In force in this row.
  Baselines baselines;
  double quantized = 0, target = 0;
  std::optional<double> photon_aj;     ///< None but for shot noise.
  std::vector<SearchResult> searches;  ///< One per seed.

  /// Energy per MAC; none where the kind was not searched, or a seed found nothing that reaches the target.
  [[nodiscard]] std::optional<MeanAndStd> energy(const std::string& kind) const;

  /// Of the mean, against uniform; none where one of both is.
  [[nodiscard]] std::optional<double> saving(const std::string& kind) const;

  /// Of the mean.
  [[nodiscard]] std::optional<double> aj_per_mac(const std::string& kind) const;
};

/// Searches with each of the seeds, or remembers: what belongs to the network alone lies in `network_folder`,
/// the rest in a folder of it for the noise, and there in one for each seed.
/// @throws Error and Interrupted as search() does.
TableRow find_row(Workbench& bench, const SearchOptions& options, const std::string& network,
                  const std::filesystem::path& network_folder);

Json to_json(const TableRow& row);

/// The table in Markdown, and as CSV with a header.
std::string markdown_of(const std::vector<TableRow>& rows);
std::string csv_of(const std::vector<TableRow>& rows);

}  // namespace dpac::cli
