#include "study/evaluation/evaluation_json.h"

#include <array>
#include <cmath>
#include <utility>
#include <vector>

namespace dpac {
namespace {

struct NamedMetric {
  const char* key;
  std::optional<double> Metrics::*value;
};

constexpr std::array kMetrics{NamedMetric{"accuracy", &Metrics::accuracy}, NamedMetric{"f1", &Metrics::f1},
                              NamedMetric{"matthews", &Metrics::matthews},
                              NamedMetric{"pearson", &Metrics::pearson},
                              NamedMetric{"spearman", &Metrics::spearman}};

Json metrics_json(const std::vector<Metrics>& passes) {
  if (passes.empty()) return nullptr;
  Json json;
  for (const NamedMetric& metric : kMetrics) json[metric.key] = or_null(mean_of(passes, metric.value));
  return json;
}

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

void write(const Accuracy& accuracy, std::span<const uint64_t> seeds, Json& json) {
  const bool top1 = accuracy.measure == Measure::top1;
  json["top1"] = top1 ? or_null(std::optional(accuracy.value)) : nullptr;
  json["top5"] = or_null(accuracy.top5);
  json["metrics"] = metrics_json(accuracy.metrics);
  json["seeds"] = Json::array();
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    Json seed{{"seed", seeds[i]}, {"top1", nullptr}};
    if (top1) seed["top1"] = accuracy.by_pass[i];
    if (!accuracy.metrics.empty()) seed["metrics"] = metrics_json({accuracy.metrics[i]});
    json["seeds"].push_back(seed);
  }
  json["top1_std"] = top1 ? or_null(accuracy.std) : nullptr;
  json["top1_ci95"] = interval_json(accuracy.ci95);
  json["loss"] = loss_json(accuracy.loss);
}

void write_value(const Accuracy& accuracy, std::span<const uint64_t> seeds, Json& json) {
  write(accuracy, seeds, json);
  json["top1"] = value_json(accuracy);
  json["top1_std"] = or_null(accuracy.std);
}

Json value_json(const Accuracy& accuracy) {
  if (accuracy.measure == Measure::none) return nullptr;
  return accuracy.value;
}

Json interval_json(const std::optional<Interval>& interval) {
  if (!interval) return nullptr;
  return {interval->low, interval->high};
}

Json loss_json(const std::optional<PairedLoss>& loss) {
  if (!loss) return nullptr;
  return {{"mean", loss->mean}, {"ci95", interval_json(loss->ci95)}};
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

}  // namespace dpac
