#include "cli/point_report.h"

#include <algorithm>
#include <cmath>
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

/// Rows of classes; null where there are too many of them.
Json confusion_json(const std::vector<int64_t>& confusion) {
  if (confusion.empty()) return nullptr;
  const auto classes =
      static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(confusion.size()))));
  Json rows = Json::array();
  for (std::size_t label = 0; label < classes; ++label) {
    rows.push_back(std::span(confusion).subspan(label * classes, classes));
  }
  return rows;
}

}  // namespace

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
    points.push_back({accuracy_of(evaluation, p, network.fused_graph().classes()), plan.seeds,
                      energy_of(network.layers(), plan.points[p], wavelength_nm),
                      evaluation.points[p].confusion});
  }
  return points;
}

void write(const PointReport& point, Json& json) {
  write_nulls(json);
  write(point.accuracy, point.seeds, json);
  json["confusion"] = confusion_json(point.confusion);
  if (point.energy) write(*point.energy, json);
}

void write(const PointEnergy& energy, Json& json) {
  const EnergyLedger& ledger = energy.ledger;
  json["energy_per_mac"] = ledger.energy_per_mac;
  json["aj_per_mac"] = or_null(energy.attojoules_per_mac);
  json["energy_per_inference"] = ledger.energy_per_inference;
  json["joules_per_inference"] = or_null(energy.joules_per_inference());
  json["relative_time"] = energy.relative_time();
  json["layers"] = layers_json(ledger);
}

void write_nulls(Json& json) {
  for (const char* key :
       {"top1", "top5", "metrics", "seeds", "top1_std", "top1_ci95", "loss", "confusion", "energy_per_mac",
        "aj_per_mac", "energy_per_inference", "joules_per_inference", "relative_time", "layers"}) {
    json[key] = nullptr;
  }
}

std::string text_of(const PointReport& point) {
  return text_of(point.accuracy) + (point.energy ? text_of(*point.energy) : "");
}

std::string text_of(const PointEnergy& energy) {
  const EnergyLedger& ledger = energy.ledger;
  std::string text =
      energy.attojoules_per_mac
          ? fmt::format("energy  {:.4g} photons, {:.4g} aJ per MAC; {:.3g} photons, {:.3g} J per inference\n",
                        ledger.energy_per_mac, *energy.attojoules_per_mac, ledger.energy_per_inference,
                        *energy.joules_per_inference())
          : fmt::format("energy  {:.4g} x base energy per MAC; {:.3g} x base energy per inference\n",
                        ledger.energy_per_mac, ledger.energy_per_inference);
  if (energy.relative_time() > 1) {
    text += fmt::format("repeats {:.4g} executions of a layer, on average\n", energy.relative_time());
  }
  return text;
}

std::string ledger_text(const PointEnergy& energy) {
  TextTable table({"layer", energy_header(energy), "per inference", "share", "executions"});
  for (const LayerEnergy& layer : energy.ledger.layers) {
    if (layer.macs == 0) continue;
    table.add({layer.name, fmt::format("{:.4g}", layer.energy_per_mac),
               fmt::format("{:.3g}", layer.energy_per_inference), fmt::format("{:.1f} %", 100 * layer.share),
               std::to_string(layer.repeats)});
  }
  return table.text();
}

std::string table_of(const std::vector<PointReport>& points) {
  const PointReport& first = points.front();
  std::vector<std::string> header{energy_header(*first.energy), "aJ/MAC", header_of(first.accuracy),
                                  "95 % interval"};
  if (!first.energy->attojoules_per_mac) header.erase(header.begin() + 1);
  if (first.accuracy.loss) header.insert(header.end(), {"loss, points", "95 % interval"});
  if (first.accuracy.top5) header.emplace_back("top-5");
  TextTable table(header);
  for (const PointReport& point : points) {
    const Accuracy& accuracy = point.accuracy;
    std::vector<std::string> row{fmt::format("{:.6g}", point.energy->ledger.energy_per_mac)};
    if (const auto& attojoules = point.energy->attojoules_per_mac)
      row.push_back(fmt::format("{:.4g}", *attojoules));
    row.insert(row.end(), {percent(accuracy), text_of(accuracy.ci95)});
    if (const auto& loss = accuracy.loss) {
      row.insert(row.end(), {points_text(loss->mean), fmt::format("{} ... {}", points_text(loss->ci95.low),
                                                                  points_text(loss->ci95.high))});
    }
    if (accuracy.top5) row.push_back(percent(*accuracy.top5));
    table.add(row);
  }
  return table.text();
}

std::string energy_header(const PointEnergy& energy) {
  return energy.attojoules_per_mac ? "photons/MAC" : "x base energy/MAC";
}

}  // namespace dpac::cli
