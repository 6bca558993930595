/// @file
/// The reports that the passes of an evaluation come to.
#pragma once

#include <optional>
#include <vector>

#include "engine/network.h"
#include "study/evaluation/passes.h"
#include "study/evaluation/point_report.h"

namespace dpac {

/// None without noise.
std::optional<PointEnergy> energy_of(const std::vector<AnalogLayer>& layers, const NoiseConfig& point,
                                     double wavelength_nm);

/// One report per point of the plan.
std::vector<PointReport> report_points(const Network& network, const EvaluationPlan& plan,
                                       const PassTallies& evaluation, double wavelength_nm);

}  // namespace dpac
