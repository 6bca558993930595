/// @file
/// `--energy` and what belongs to it: the energy of every analog operation, and in how many executions it is
/// spent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/options/option_set.h"
#include "cli/support/json.h"
#include "engine/noise/noise_config.h"

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

  /// @throws UsageError unless there is an energy.
  void check(NoiseKind noise) const;

  /// `base` with the energies and repeats of each point of the sweep, or of the only point.
  [[nodiscard]] std::vector<NoiseConfig> points(const std::vector<AnalogLayer>& layers,
                                                const NoiseConfig& base) const;
};

inline constexpr const char* kEnergyHelp =
    "Energy of every analog layer: photons per MAC for shot noise, a multiple of the base energy for the "
    "others";

/// `--energy`, `--energies`, `--repeat`, `--round-energy`.
void add_energy_options(OptionSet& set, EnergyOptions& options, const std::string& energy_help = kEnergyHelp);

/// `--energies-sweep`; after add_energy_options(), where a command has both.
void add_sweep_option(OptionSet& set, EnergyOptions& options);

/// Every option above under its own name.
void write(const EnergyOptions& options, Json& json);

}  // namespace dpac::cli
