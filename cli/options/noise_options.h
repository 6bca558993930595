/// @file
/// `--noise` and what belongs to it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/options/energy_options.h"
#include "cli/options/option_set.h"
#include "cli/support/json.h"
#include "engine/noise/noise_config.h"

namespace dpac::cli {

struct NoiseOptions {
  std::string noise = "none";
  EnergyOptions energies = {};
  bool energies_given = true;  ///< False for commands that find the energies themselves.
  std::optional<double> sigma_thermal = {}, sigma_weight = {};  ///< Unset: NoiseConfig's.
  std::string dot_length = "in-group";
  double wavelength_nm = 1550;  ///< Of the homodyne network in docs/model.md section 5.
  uint64_t seed = 0;
  int seeds = 1;

  [[nodiscard]] NoiseKind kind() const;

  /// @throws UsageError if noise has no energy, an option comes without the noise it is for, or there are not
  /// as many seeds.
  void check() const;

  /// @throws UsageError where another D makes no difference to these layers.
  void check_groups(const std::vector<AnalogLayer>& layers) const;

  /// Kind, constants and the first seed, without energies.
  [[nodiscard]] NoiseConfig base() const;

  /// Energy of a photon in attojoules; none for other noises, whose energies have no unit.
  [[nodiscard]] std::optional<double> photon_aj() const;

  /// One configuration per energy of the sweep, else just one; all with the first seed.
  [[nodiscard]] std::vector<NoiseConfig> points(const std::vector<AnalogLayer>& layers) const;

  /// The seeds S, S + 1, ...; without noise there is nothing to repeat, and no seed.
  [[nodiscard]] std::vector<uint64_t> seed_list() const;
};

/// The kinds of noise there are, "none" left out.
std::vector<std::string> noisy_kinds();

/// `--noise`, with the kinds the command knows, and what add_noise_constants() adds.
void add_noise_option(OptionSet& set, NoiseOptions& options, const std::vector<std::string>& kinds);

/// `--sigma-thermal`, `--sigma-weight` and `--dot-length` alone.
void add_noise_constants(OptionSet& set, NoiseOptions& options);

void add_seed_option(OptionSet& set, NoiseOptions& options,
                     const std::string& help = "Seed of the noise (of several, the first)");

/// `--seeds`, `--wavelength-nm`: for commands that give accuracies.
void add_seeds_options(OptionSet& set, NoiseOptions& options,
                       const std::string& help = "Number of seeds S, S+1, ... to average over");

/// The same and `--energies-sweep`; after add_energy_options(), where a command has both.
void add_sweep_options(OptionSet& set, NoiseOptions& options);

/// Every option above under its own name, those of EnergyOptions too.
void write(const NoiseOptions& options, Json& json);

}  // namespace dpac::cli
