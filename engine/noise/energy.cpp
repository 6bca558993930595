#include "engine/noise/energy.h"

#include <algorithm>
#include <cassert>

namespace dpac {
namespace {

template <class Value>
Value of_channel(const std::vector<Value>& values, std::size_t channel) {
  return values[values.size() == 1 ? 0 : channel];
}

LayerEnergy layer_energy(const AnalogLayer& layer, const std::vector<float>& energies,
                         const std::vector<int32_t>& repeats) {
  LayerEnergy entry{.name = layer.name, .macs = layer.macs};
  const std::size_t values = std::max(energies.size(), repeats.size());
  for (std::size_t c = 0; c < values; ++c) {
    entry.energy_per_mac += static_cast<double>(of_channel(energies, c)) * of_channel(repeats, c);
  }
  entry.energy_per_mac /= static_cast<double>(values);
  entry.energy_per_inference = entry.energy_per_mac * static_cast<double>(entry.macs);
  entry.repeats = *std::max_element(repeats.begin(), repeats.end());
  return entry;
}

}  // namespace

EnergyLedger energy_ledger(const std::vector<AnalogLayer>& layers, const NoiseConfig& config) {
  const std::vector<AnalogLayer> paying = paying_layers(layers, config.kind);
  assert(config.energies.size() == layers.size());
  assert(config.repeats.empty() || config.repeats.size() == layers.size());
  EnergyLedger ledger;
  for (std::size_t l = 0; l < config.energies.size(); ++l) {
    const std::vector<int32_t> repeats = config.repeats.empty() ? std::vector<int32_t>{1} : config.repeats[l];
    ledger.layers.push_back(layer_energy(paying[l], config.energies[l], repeats));
    ledger.energy_per_inference += ledger.layers.back().energy_per_inference;
    if (paying[l].macs > 0) ledger.total_repeats += ledger.layers.back().repeats;
  }
  ledger.energy_per_mac = ledger.energy_per_inference / static_cast<double>(total_macs(paying));
  for (LayerEnergy& layer : ledger.layers)
    layer.share = layer.energy_per_inference / ledger.energy_per_inference;
  return ledger;
}

double photon_energy_aj(double wavelength_nm) {
  assert(wavelength_nm > 0);
  constexpr double kPlanck = 6.62607015e-34;   // J s
  constexpr double kLightSpeed = 299792458.0;  // m / s
  constexpr double kAttojoulesPerJoule = 1e18;
  return kPlanck * kLightSpeed / (wavelength_nm * 1e-9) * kAttojoulesPerJoule;
}

}  // namespace dpac
