#include "study/evaluation/report_points.h"

#include "study/evaluation/pass_accuracy.h"

namespace dpac {

std::optional<PointEnergy> energy_of(const std::vector<AnalogLayer>& layers, const NoiseConfig& point,
                                     double wavelength_nm) {
  if (point.kind == NoiseKind::none) return std::nullopt;
  PointEnergy energy{energy_ledger(layers, point), std::nullopt};
  if (point.kind.has(NoiseKind::shot)) {
    energy.attojoules_per_mac = energy.ledger.energy_per_mac * photon_energy_aj(wavelength_nm);
  }
  return energy;
}

std::vector<PointReport> report_points(const Network& network, const EvaluationPlan& plan,
                                       const PassTallies& evaluation, double wavelength_nm) {
  std::vector<PointReport> points;
  for (std::size_t p = 0; p < plan.points.size(); ++p) {
    points.push_back({accuracy_of(evaluation, p, network.classes()), plan.seeds,
                      energy_of(network.layers(), plan.points[p], wavelength_nm),
                      evaluation.points[p].confusion});
  }
  return points;
}

}  // namespace dpac
