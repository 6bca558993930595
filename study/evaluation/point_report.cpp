#include "study/evaluation/point_report.h"

#include <algorithm>

namespace dpac {

double PointEnergy::relative_time() const {
  const auto paying = std::count_if(ledger.layers.begin(), ledger.layers.end(),
                                    [](const LayerEnergy& layer) { return layer.macs > 0; });
  return static_cast<double>(ledger.total_repeats) / static_cast<double>(paying);
}

std::optional<double> PointEnergy::joules_per_inference() const {
  constexpr double kAtto = 1e-18;
  if (!attojoules_per_mac) return std::nullopt;
  return kAtto * *attojoules_per_mac * ledger.energy_per_inference / ledger.energy_per_mac;
}

}  // namespace dpac
