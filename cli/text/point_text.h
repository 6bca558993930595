/// @file
/// Accuracies and energies of points for people.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "study/evaluation/accuracy_text.h"
#include "study/evaluation/point_report.h"

namespace dpac::cli {

/// A few lines for one point; a table with a row for each of several points, which have noise.
std::string text_of(const PointReport& point);
std::string text_of(const PointEnergy& energy);
std::string table_of(const std::vector<PointReport>& points);

/// A row for each layer that has an energy.
std::string ledger_text(const PointEnergy& energy);

/// "photons/MAC", or "x base energy/MAC": the header above energies.
std::string energy_header(const PointEnergy& energy);

}  // namespace dpac::cli
