/// @file
/// `--noise`, `--energy` and what belongs to them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "engine/noise_config.h"

namespace dpac::cli {

/// Energies are in photons per MAC.
struct NoiseOptions {
  std::string noise = "none";
  std::optional<double> energy = {};
  std::string energies_file = {};
  std::vector<double> sweep = {};
  double wavelength_nm = 1550;  ///< Of the homodyne network in spec/noise.md section 5.
  uint64_t seed = 0;
  int seeds = 1;

  [[nodiscard]] NoiseKind kind() const { return noise == "shot" ? NoiseKind::shot : NoiseKind::none; }

  /// @throws Error if shot noise has no energy, an energy comes without noise, or a value is no positive
  /// number.
  void check() const;

  /// What each run over the data uses: one entry per energy of the sweep, else just one; empty energies for
  /// no noise.
  [[nodiscard]] std::vector<Energies> energies(const std::vector<AnalogLayer>& layers) const;

  /// The seeds S, S + 1, ...; without noise there is nothing to repeat, and no seed.
  [[nodiscard]] std::vector<uint64_t> seed_list() const;
};

/// `--noise`, with the kinds the command knows.
void add_noise_option(CLI::App& app, NoiseOptions& options,
                      const std::vector<std::string>& kinds = {"none", "shot"});

/// `--energy`, `--energies`.
void add_energy_options(CLI::App& app, NoiseOptions& options);

void add_seed_option(CLI::App& app, NoiseOptions& options);

/// `--energies-sweep`, `--seeds`, `--wavelength-nm`: for commands that give accuracies. After
/// add_energy_options(), where a command has both.
void add_sweep_options(CLI::App& app, NoiseOptions& options);

/// @throws Error naming the option unless the value is an energy.
void check_energy(const std::string& option, double value);

/// Every option above under its own name.
void write(const NoiseOptions& options, nlohmann::ordered_json& json);

}  // namespace dpac::cli
