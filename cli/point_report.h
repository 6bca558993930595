/// @file
/// Accuracy and energy of one point, as JSON and for people.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/accuracy.h"
#include "cli/evaluation.h"
#include "engine/network.h"

namespace dpac::cli {

/// What light a point needs.
struct LightEnergy {
  double photons_per_mac = 0;  ///< Mean over the network's MACs.
  double attojoules_per_mac = 0;
  double photons_per_inference = 0;
};

struct PointReport {
  Accuracy accuracy;
  std::vector<uint64_t> seeds;
  std::optional<LightEnergy> energy;  ///< None without noise.
};

/// One report per energy of the plan.
std::vector<PointReport> report_points(const Network& network, const EvaluationPlan& plan,
                                       const Evaluation& evaluation, double wavelength_nm);

/// The accuracy's keys, and `energy_per_mac`, `aj_per_mac`, `energy_per_inference` (null without noise).
void write(const PointReport& point, nlohmann::ordered_json& json);

/// The same keys, all null.
void write_nulls(nlohmann::ordered_json& json);

/// A few lines for one point; a table with a row for each of several.
std::string text_of(const PointReport& point);
std::string table_of(const std::vector<double>& energies, const std::vector<PointReport>& points);

}  // namespace dpac::cli
