/// @file
/// `--noise` and what belongs to it: the noise of analog operations and the energies that it depends on.
#pragma once

#include <string>
#include <vector>

#include "study/options/option_set.h"
#include "study/settings/noise_settings.h"

namespace dpac {

/// `--noise`, with the kinds the command knows, and what add_noise_constants() adds.
void add_noise_option(OptionSet& set, NoiseSettings& settings, const std::vector<std::string>& kinds);

/// `--sigma-thermal`, `--sigma-weight` and `--dot-length` alone.
void add_noise_constants(OptionSet& set, NoiseSettings& settings);

inline constexpr const char* kEnergyHelp =
    "Energy of every analog layer: photons per MAC for shot noise, a multiple of the base energy for the "
    "others";

/// `--energy`, `--energies`, `--repeat`, `--round-energy`.
void add_energy_options(OptionSet& set, EnergySettings& settings,
                        const std::string& energy_help = kEnergyHelp);

void add_seed_option(OptionSet& set, NoiseSettings& settings,
                     const std::string& help = "Seed of the noise (of several, the first)");

/// `--seeds`, `--wavelength-nm`: for commands that give accuracies.
void add_seeds_options(OptionSet& set, NoiseSettings& settings,
                       const std::string& help = "Number of seeds S, S+1, ... to average over");

/// The same and `--energies-sweep`; after add_energy_options(), where a command has both.
void add_sweep_options(OptionSet& set, NoiseSettings& settings);

}  // namespace dpac
