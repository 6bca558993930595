/// @file
/// The energy ledger (docs/model.md section 5).
#pragma once

#include <string>
#include <vector>

#include "engine/noise/noise_config.h"
#include "kernels/api.h"

namespace dpac {

/// One analog layer's part of an inference. One that has no energy has no MACs (paying_layers()).
struct LayerEnergy {
  std::string name;
  int64_t macs = 0;
  double energy_per_mac = 0;        ///< Mean over channels, all repeats together.
  double energy_per_inference = 0;  ///< energy_per_mac * macs.
  double share = 0;                 ///< Of the network's energy.
  int32_t repeats = 1;  ///< The largest of its channels: what the layer's time is proportional to.
};

/// Energies are in the unit of NoiseConfig::energies.
struct EnergyLedger {
  std::vector<LayerEnergy> layers;
  double energy_per_mac = 0;        ///< sum_l mean(E_l) MACs_l / sum_l MACs_l.
  double energy_per_inference = 0;  ///< sum_l mean(E_l) MACs_l.
  int64_t total_repeats = 0;        ///< sum_l K_l: time, where each execution of a layer takes the same.
};

/// The ledger of one configuration, which check_noise() accepts.
DPAC_API EnergyLedger energy_ledger(const std::vector<AnalogLayer>& layers, const NoiseConfig& config);

/// Energy of one photon of the wavelength, in attojoules: h c / lambda.
DPAC_API double photon_energy_aj(double wavelength_nm);

}  // namespace dpac
