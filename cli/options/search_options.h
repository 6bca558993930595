/// @file
/// `--max-loss` and what belongs to it: what `search` and `table` look for.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "engine/noise_config.h"

namespace dpac::cli {

struct Bracket {
  double low = 0, high = 0;
};

struct SearchOptions {
  std::vector<std::string> kinds{"uniform", "layer", "channel"};  ///< In the order they are searched in.
  std::optional<double> max_loss = {}, target_accuracy = {};      ///< At most one of both.
  std::vector<double> bracket = {};
  int tries = 15;  ///< At most, for each kind.

  /// @throws Error for values out of range.
  void check() const;

  /// Accuracy to be reached. @throws Error if it is none.
  [[nodiscard]] double target(double full_precision_accuracy) const;

  /// Between which energies a kind is expected (docs/model.md section 7).
  [[nodiscard]] Bracket bracket_of(const std::string& kind, NoiseKind noise) const;
};

void add_search_options(CLI::App& app, SearchOptions& options);

/// @throws Error if an option's list has a name twice.
void check_each_once(const std::string& option, std::vector<std::string> names);

/// Every option under its own name, as it is in force.
void write(const SearchOptions& options, NoiseKind noise, nlohmann::ordered_json& json);

}  // namespace dpac::cli
