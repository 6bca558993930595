/// @file
/// Accuracy and energy of one point.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/noise/energy.h"
#include "kernels/api.h"
#include "study/evaluation/accuracy.h"

namespace dpac {

/// What a point spends.
struct DPAC_API PointEnergy {
  EnergyLedger ledger;
  std::optional<double> attojoules_per_mac;  ///< Of shot noise, whose energies are photons.

  /// The mean number of executions of a layer: time, where each takes the same.
  [[nodiscard]] double relative_time() const;

  /// Of shot noise.
  [[nodiscard]] std::optional<double> joules_per_inference() const;
};

struct PointReport {
  Accuracy accuracy;
  std::vector<uint64_t> seeds;
  std::optional<PointEnergy> energy;    ///< None without noise.
  std::vector<int64_t> confusion = {};  ///< PointTally's.
};

}  // namespace dpac
