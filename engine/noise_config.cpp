#include "engine/noise_config.h"

#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac {

std::string_view name(NoiseKind kind) { return kind == NoiseKind::shot ? "shot" : "none"; }

Energies uniform_energies(const std::vector<AnalogLayer>& layers, double energy) {
  Energies energies(layers.size(), {static_cast<float>(energy)});
  check_energies(layers, energies);
  return energies;
}

void check_energies(const std::vector<AnalogLayer>& layers, const Energies& energies) {
  if (energies.size() != layers.size()) {
    throw Error(fmt::format("energies for {} layers were given, but the network has {} analog layers", energies.size(),
                            layers.size()));
  }
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const auto channels = static_cast<std::size_t>(layers[l].out_channels);
    if (energies[l].size() != 1 && energies[l].size() != channels) {
      throw Error(fmt::format("layer '{}': {} energies were given, expected 1 or one per output channel ({})",
                              layers[l].name, energies[l].size(), channels));
    }
    for (const float e : energies[l]) {
      if (!(e > 0) || !std::isfinite(e)) {
        throw Error(fmt::format("layer '{}': the energy per MAC is {}, expected a positive number", layers[l].name, e));
      }
    }
  }
}

double energy_per_mac(const std::vector<AnalogLayer>& layers, const Energies& energies) {
  double energy = 0;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const auto& e = energies[l];
    const double mean = std::accumulate(e.begin(), e.end(), 0.0) / static_cast<double>(e.size());
    energy += mean * static_cast<double>(layers[l].macs());
  }
  return energy / static_cast<double>(total_macs(layers));
}

double photon_energy_aj(double wavelength_nm) {
  constexpr double kPlanck = 6.62607015e-34;       // J s
  constexpr double kLightSpeed = 299792458.0;      // m / s
  constexpr double kAttojoulesPerJoule = 1e18;
  return kPlanck * kLightSpeed / (wavelength_nm * 1e-9) * kAttojoulesPerJoule;
}

}  // namespace dpac
