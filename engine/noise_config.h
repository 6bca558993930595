/// @file
/// What noise a run has: kind, energies, seed.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/analog.h"

namespace dpac {

enum class NoiseKind { none, shot };

/// "none", "shot".
std::string_view name(NoiseKind kind);

/// Energy per MAC of each analog layer, in the order of analog_layers(): one value for the whole layer, or one per
/// output channel. Photons for shot noise (spec/noise.md section 1).
using Energies = std::vector<std::vector<float>>;

struct NoiseConfig {
  NoiseKind kind = NoiseKind::none;
  Energies energies;  ///< Empty for no noise.
  uint64_t seed = 0;
};

/// The same energy for every layer.
Energies uniform_energies(const std::vector<AnalogLayer>& layers, double energy);

/// @throws Error unless there is one energy per layer or output channel, each positive and finite.
void check_energies(const std::vector<AnalogLayer>& layers, const Energies& energies);

/// sum_l mean(E_l) MACs_l / sum_l MACs_l (spec/noise.md section 5).
double energy_per_mac(const std::vector<AnalogLayer>& layers, const Energies& energies);

/// Energy of one photon of the wavelength, in attojoules: h c / lambda.
double photon_energy_aj(double wavelength_nm);

}  // namespace dpac
