#include "cli/point_report.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "cli/support/json.h"
#include "cli/support/text_table.h"

namespace dpac::cli {
namespace {

/// A product of attention under weight noise.
Json without_energy(const LayerEnergy& layer) {
  return {{"name", layer.name},
          {"energy_per_mac", nullptr},
          {"energy_per_inference", nullptr},
          {"share", nullptr},
          {"repeats", nullptr}};
}

Json layers_json(const EnergyLedger& ledger) {
  auto layers = Json::array();
  for (const LayerEnergy& layer : ledger.layers) {
    Json json{{"name", layer.name},
              {"energy_per_mac", layer.energy_per_mac},
              {"energy_per_inference", layer.energy_per_inference},
              {"share", layer.share},
              {"repeats", layer.repeats}};
    if (layer.macs == 0) json = without_energy(layer);
    layers.push_back(std::move(json));
  }
  return layers;
}

}  // namespace

double PointEnergy::relative_time() const {
  const auto paying = std::count_if(ledger.layers.begin(), ledger.layers.end(),
                                    [](const LayerEnergy& layer) { return layer.macs > 0; });
  return static_cast<double>(ledger.total_repeats) / static_cast<double>(paying);
}

std::optional<PointEnergy> energy_of(const std::vector<AnalogLayer>& layers, const NoiseConfig& point,
                                     double wavelength_nm) {
  if (point.kind == NoiseKind::none) return std::nullopt;
  PointEnergy energy{energy_ledger(layers, point), std::nullopt};
  if (point.kind == NoiseKind::shot) {
    energy.attojoules_per_mac = energy.ledger.energy_per_mac * photon_energy_aj(wavelength_nm);
  }
  return energy;
}

std::vector<PointReport> report_points(const Network& network, const EvaluationPlan& plan,
                                       const Evaluation& evaluation, double wavelength_nm) {
  std::vector<PointReport> points;
  for (std::size_t p = 0; p < plan.points.size(); ++p) {
    points.push_back({accuracy_of(evaluation.tallies[p], evaluation.truth, network.graph().classes()),
                      plan.seeds, energy_of(network.layers(), plan.points[p], wavelength_nm)});
  }
  return points;
}

void write(const PointReport& point, Json& json) {
  write_nulls(json);
  write(point.accuracy, point.seeds, json);
  if (point.energy) write(*point.energy, json);
}

void write(const PointEnergy& energy, Json& json) {
  const EnergyLedger& ledger = energy.ledger;
  json["energy_per_mac"] = ledger.energy_per_mac;
  json["aj_per_mac"] = or_null(energy.attojoules_per_mac);
  json["energy_per_inference"] = ledger.energy_per_inference;
  json["relative_time"] = energy.relative_time();
  json["layers"] = layers_json(ledger);
}

void write_nulls(Json& json) {
  for (const char* key : {"top1", "top5", "metrics", "seeds", "top1_std", "top1_ci95", "energy_per_mac",
                          "aj_per_mac", "energy_per_inference", "relative_time", "layers"}) {
    json[key] = nullptr;
  }
}

std::string text_of(const PointReport& point) {
  std::string text = text_of(point.accuracy);
  if (point.energy) text += text_of(*point.energy);
  return text;
}

std::string text_of(const PointEnergy& energy) {
  const EnergyLedger& ledger = energy.ledger;
  std::string text =
      energy.attojoules_per_mac
          ? fmt::format("energy  {:.4g} photons, {:.4g} aJ per MAC; {:.3g} photons per inference\n",
                        ledger.energy_per_mac, *energy.attojoules_per_mac, ledger.energy_per_inference)
          : fmt::format("energy  {:.4g} x base energy per MAC; {:.3g} x base energy per inference\n",
                        ledger.energy_per_mac, ledger.energy_per_inference);
  if (energy.relative_time() > 1) {
    text += fmt::format("time    {:.4g} executions of a layer, on average\n", energy.relative_time());
  }
  return text;
}

std::string table_of(const std::vector<PointReport>& points) {
  TextTable table({energy_header(*points.front().energy), "aJ/MAC", header_of(points.front().accuracy),
                   "top-5", "95 % interval"});
  for (const PointReport& point : points) {
    const Accuracy& accuracy = point.accuracy;
    const auto& attojoules = point.energy->attojoules_per_mac;
    table.add({fmt::format("{:.6g}", point.energy->ledger.energy_per_mac),
               attojoules ? fmt::format("{:.4g}", *attojoules) : "-", percent(accuracy),
               accuracy.top5 ? percent(*accuracy.top5) : "-", text_of(accuracy.ci95)});
  }
  return table.text();
}

std::string energy_header(const PointEnergy& energy) {
  return energy.attojoules_per_mac ? "photons/MAC" : "x base energy/MAC";
}

}  // namespace dpac::cli
