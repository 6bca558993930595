/// @file
/// Accuracy and energy of one point.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/network.h"
#include "engine/noise/energy.h"
#include "study/evaluation/accuracy.h"
#include "study/evaluation/passes.h"

namespace dpac {

/// What a point spends.
struct PointEnergy {
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

/// None without noise.
std::optional<PointEnergy> energy_of(const std::vector<AnalogLayer>& layers, const NoiseConfig& point,
                                     double wavelength_nm);

/// One report per point of the plan.
std::vector<PointReport> report_points(const Network& network, const EvaluationPlan& plan,
                                       const PassTallies& evaluation, double wavelength_nm);

}  // namespace dpac
