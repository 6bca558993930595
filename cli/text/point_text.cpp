#include "cli/text/point_text.h"

#include <array>

#include <fmt/format.h>

#include "cli/support/text_table.h"

namespace dpac::cli {
namespace {

struct NamedMetric {
  const char* name;
  std::optional<double> Metrics::*value;
};

/// Beside the accuracy, which has a line of its own.
constexpr std::array kMetrics{NamedMetric{"F1", &Metrics::f1}, NamedMetric{"Matthews", &Metrics::matthews},
                              NamedMetric{"Pearson", &Metrics::pearson},
                              NamedMetric{"Spearman", &Metrics::spearman}};

std::string metrics_text(const Accuracy& accuracy) {
  std::string text;
  for (const NamedMetric& metric : kMetrics) {
    const auto value = mean_of(accuracy.metrics, metric.value);
    if (value) text += fmt::format("{:<7} {:.4f}\n", metric.name, *value);
  }
  return text;
}

/// "2.31": a difference of fractions in points, without the sign of a negative zero.
std::string points_text(double fraction) {
  const std::string text = fmt::format("{:.2f}", 100 * fraction);
  return text == "-0.00" ? "0.00" : text;
}

/// "2.31 points (95 % interval 1.80 ... 2.82)".
std::string loss_text(const PairedLoss& loss) {
  return fmt::format("{} points (95 % interval {} ... {})", points_text(loss.mean),
                     points_text(loss.ci95.low), points_text(loss.ci95.high));
}

/// "81.20 ... 83.91 %", "-" for none.
std::string interval_text(const std::optional<Interval>& interval) {
  if (!interval) return "-";
  return fmt::format("{:.2f} ... {:.2f} %", 100 * interval->low, 100 * interval->high);
}

std::string accuracy_lines(const Accuracy& accuracy) {
  if (accuracy.measure == Measure::none)
    return "nothing to measure by: the data have no labels or scores for it\n";
  if (accuracy.measure == Measure::spearman) return metrics_text(accuracy);
  const std::string spread = accuracy.std ? fmt::format(" over {} seeds", accuracy.by_pass.size()) : "";
  std::string text = fmt::format("top-1   {}{} (95 % interval of the samples {})\n", percent(accuracy),
                                 spread, interval_text(accuracy.ci95));
  if (accuracy.loss) {
    text += fmt::format("loss    {} against the same samples without noise\n", loss_text(*accuracy.loss));
  }
  if (accuracy.top5) text += fmt::format("top-5   {}\n", percent(*accuracy.top5));
  return text + metrics_text(accuracy);
}

}  // namespace

std::string text_of(const PointReport& point) {
  return accuracy_lines(point.accuracy) + (point.energy ? text_of(*point.energy) : "");
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
  std::vector<std::string> header{energy_header(*first.energy), "aJ/MAC",
                                  measure_name(first.accuracy.measure), "95 % interval"};
  if (!first.energy->attojoules_per_mac) header.erase(header.begin() + 1);
  if (first.accuracy.loss) header.insert(header.end(), {"loss, points", "95 % interval"});
  if (first.accuracy.top5) header.emplace_back("top-5");
  TextTable table(header);
  for (const PointReport& point : points) {
    const Accuracy& accuracy = point.accuracy;
    std::vector<std::string> row{fmt::format("{:.6g}", point.energy->ledger.energy_per_mac)};
    if (const auto& attojoules = point.energy->attojoules_per_mac)
      row.push_back(fmt::format("{:.4g}", *attojoules));
    row.insert(row.end(), {percent(accuracy), interval_text(accuracy.ci95)});
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
