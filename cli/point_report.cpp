#include "cli/point_report.h"

#include <fmt/format.h>

#include "cli/support/text_table.h"

namespace dpac::cli {
namespace {

std::optional<LightEnergy> energy_of(const std::vector<AnalogLayer>& layers, const Energies& energies,
                                     double wavelength_nm) {
  if (energies.empty()) return std::nullopt;
  const double photons = energy_per_mac(layers, energies);
  return LightEnergy{photons, photons * photon_energy_aj(wavelength_nm),
                     photons * static_cast<double>(total_macs(layers))};
}

std::string interval_text(const Interval& interval) {
  return fmt::format("{:.2f} ... {:.2f} %", 100 * interval.low, 100 * interval.high);
}

}  // namespace

std::vector<PointReport> report_points(const Network& network, const EvaluationPlan& plan,
                                       const Evaluation& evaluation, double wavelength_nm) {
  std::vector<PointReport> points;
  for (std::size_t e = 0; e < plan.energies.size(); ++e) {
    points.push_back({accuracy_of(evaluation.tallies[e], network.graph().classes()), plan.seeds,
                      energy_of(network.layers(), plan.energies[e], wavelength_nm)});
  }
  return points;
}

void write(const PointReport& point, nlohmann::ordered_json& json) {
  write_nulls(json);
  write(point.accuracy, point.seeds, json);
  if (!point.energy) return;
  json["energy_per_mac"] = point.energy->photons_per_mac;
  json["aj_per_mac"] = point.energy->attojoules_per_mac;
  json["energy_per_inference"] = point.energy->photons_per_inference;
}

void write_nulls(nlohmann::ordered_json& json) {
  for (const char* key : {"top1", "top5", "seeds", "top1_std", "top1_ci95", "energy_per_mac", "aj_per_mac",
                          "energy_per_inference"}) {
    json[key] = nullptr;
  }
}

std::string text_of(const PointReport& point) {
  const Accuracy& accuracy = point.accuracy;
  std::string text =
      fmt::format("top-1   {} (95 % interval {})\n", percent(accuracy), interval_text(accuracy.top1_ci95));
  if (accuracy.top5) text += fmt::format("top-5   {}\n", percent(*accuracy.top5));
  if (point.energy) {
    text += fmt::format("energy  {:.4g} photons, {:.4g} aJ per MAC; {:.3g} photons per inference\n",
                        point.energy->photons_per_mac, point.energy->attojoules_per_mac,
                        point.energy->photons_per_inference);
  }
  return text;
}

std::string table_of(const std::vector<double>& energies, const std::vector<PointReport>& points) {
  TextTable table({"photons/MAC", "aJ/MAC", "top-1", "top-5", "95 % interval"});
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Accuracy& accuracy = points[i].accuracy;
    table.add({fmt::format("{:g}", energies[i]), fmt::format("{:.4g}", points[i].energy->attojoules_per_mac),
               percent(accuracy), accuracy.top5 ? percent(*accuracy.top5) : "-",
               interval_text(accuracy.top1_ci95)});
  }
  return table.text();
}

}  // namespace dpac::cli
