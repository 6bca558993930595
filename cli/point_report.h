/// @file
/// Accuracy and energy of one point, as JSON and for people.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/accuracy.h"
#include "cli/evaluation.h"
#include "cli/support/json.h"
#include "engine/network.h"
#include "engine/noise/energy.h"

namespace dpac::cli {

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
                                       const Evaluation& evaluation, double wavelength_nm);

/// The accuracy's keys, `confusion` [label][prediction] for few classes, and `energy_per_mac`, `aj_per_mac`,
/// `energy_per_inference`, `joules_per_inference`, `relative_time` and `layers` (null without noise;
/// attojoules and joules for shot noise only).
void write(const PointReport& point, Json& json);

/// `energy_per_mac` and the keys behind it.
void write(const PointEnergy& energy, Json& json);

/// All of these keys, null.
void write_nulls(Json& json);

/// A few lines for one point; a table with a row for each of several points, which have noise.
std::string text_of(const PointReport& point);
std::string text_of(const PointEnergy& energy);
std::string table_of(const std::vector<PointReport>& points);

/// A row for each layer that has an energy.
std::string ledger_text(const PointEnergy& energy);

/// "photons/MAC", or "x base energy/MAC": the header above energies.
std::string energy_header(const PointEnergy& energy);

}  // namespace dpac::cli
