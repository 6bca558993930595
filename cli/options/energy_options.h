/// @file
/// `--energy` and what belongs to it: the energy of every analog operation, and in how many executions it is
/// spent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "engine/noise_config.h"

namespace dpac::cli {

/// Energies are per MAC and per execution: photons for shot noise, multiples of the base energy for the
/// others.
struct EnergyOptions {
  std::optional<double> energy = {};
  std::string file = {};
  std::vector<double> sweep = {};
  int32_t repeats = 1;         ///< `--repeat K`.
  bool repeat_energy = false;  ///< `--repeat energy`.
  bool round = false;

  /// Name of an option that was given and acts on a noise; null for none.
  [[nodiscard]] const char* given() const;

  /// @throws Error unless there is an energy, and every one is a positive number.
  void check(NoiseKind noise) const;

  /// `base` with the energies and repeats of each point of the sweep, or of the only point.
  [[nodiscard]] std::vector<NoiseConfig> points(const std::vector<AnalogLayer>& layers,
                                                const NoiseConfig& base) const;
};

/// `--energy`, `--energies`, `--repeat`, `--round-energy`.
void add_energy_options(CLI::App& app, EnergyOptions& options);

/// `--energies-sweep`; after add_energy_options(), where a command has both.
void add_sweep_option(CLI::App& app, EnergyOptions& options);

/// Every option above under its own name.
void write(const EnergyOptions& options, nlohmann::ordered_json& json);

}  // namespace dpac::cli
