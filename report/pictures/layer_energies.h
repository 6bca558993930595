/// @file
/// Energies by layer, as `learn`, `search` and `eval` write them.
#pragma once

#include <string>
#include <vector>

#include "report/pictures/result_file.h"

namespace dpac::report {

/// A layer's energy per MAC, and over its channels where each has its own.
struct LayerEnergyRange {
  std::string layer;
  double mean = 0, min = 0, max = 0;
};

/// Of `energies` {layer: number or list}; layers without energy (null) are left out. @throws Error naming the
/// layer unless energies are above 0.
std::vector<LayerEnergyRange> energy_ranges(const ResultValue& energies);

struct EnergyAllocation {
  std::string name;  ///< uniform, layer, channel; empty where there is only one.
  std::vector<LayerEnergyRange> layers;
};

/// All that a result of `learn`, `search` or `eval` has; those that were not found (null) are left out.
std::vector<EnergyAllocation> energy_allocations(const ResultFile& result);

}  // namespace dpac::report
