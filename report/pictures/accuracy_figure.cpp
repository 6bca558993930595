// Accuracy against energy.

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "kernels/error.h"
#include "report/pictures/figures.h"

namespace dpac::report {
namespace {

constexpr double kPercent = 100;

/// top-1 under `key`; of scores Spearman's coefficient. None where there is neither.
std::optional<double> accuracy_of(const ResultValue& value, const std::string& key) {
  if (value.find(key)) return value[key].number();
  const auto metrics = value.find("metrics");
  return metrics ? metrics->find_number("spearman") : std::nullopt;
}

/// Whether a result's accuracy is a coefficient.
bool is_coefficient(const ResultFile& result) {
  const ResultValue root = result.root();
  const auto points = root.find("points");
  const ResultValue first = points ? points->items().front() : root;
  const auto metrics = first.find("metrics");
  return metrics && metrics->find("spearman");
}

/// The accuracy under `key`, and its standard deviation over seeds under `key`_std.
ChartPoint accuracy_point(double energy, const ResultValue& value, const std::string& key) {
  const auto accuracy = accuracy_of(value, key);
  ChartPoint point{energy, kPercent * (accuracy ? *accuracy : value[key].number())};
  const double deviation = kPercent * value.find_number(key + "_std").value_or(0);
  if (deviation > 0) {
    point.low = point.y - deviation;
    point.high = point.y + deviation;
  }
  return point;
}

/// What energies per layer cost on average, or the one energy.
double energy_of(const ResultValue& point) {
  return (point.find("energy_per_mac") ? point["energy_per_mac"] : point["energy"]).positive();
}

/// Adds what results hold to one chart.
class AccuracyChart {
 public:
  explicit AccuracyChart(std::span<const ResultFile> results)
      : results_(results),
        chart_{.x = {energy_label(common_noise(results)), true},
               .y = {"top-1 accuracy (%)", false, kPercent}} {
    if (std::all_of(results.begin(), results.end(), is_coefficient)) chart_.y.label = "100 x Spearman";
    for (const ResultFile& result : results) add(result);
  }

  [[nodiscard]] const Chart& chart() const { return chart_; }

 private:
  void add(const ResultFile& result) {
    const ResultValue root = result.root();
    const std::string command = result.command();
    if (command == "search") return add_search(result);
    if (command == "bits") {
      add_curve(result, "with noise", root["points"].items(), "top1_noise");
      return add_curve(result, "with equal bits", root["points"].items(), "top1_bits");
    }
    if (root.find("points")) add_curve(result, "with noise", root["points"].items(), "top1");
    const auto accuracy = accuracy_of(root, "top1");
    if (!accuracy) return;
    if (!root.find("energy_per_mac")) return add_reference(result, "no noise", *accuracy);
    add_curve(result, command == "learn" ? "learned" : "with noise", {root}, "top1");
  }

  void add_search(const ResultFile& result) {
    const ResultValue root = result.root();
    for (const ResultValue& allocation : root["allocations"].items()) {
      const auto tries = allocation.find("tries");
      if (tries && !tries->json().empty()) {
        add_curve(result, allocation["kind"].text(), tries->items(), "top1");
      }
    }
    add_reference(result, "full precision", root["baseline_top1"].number());
    add_reference(result, "target", root["target_top1"].number());
  }

  void add_curve(const ResultFile& result, const std::string& name, const std::vector<ResultValue>& values,
                 const std::string& key) {
    Series series{series_name(results_, result, results_.size() > 1 && name == "with noise" ? "" : name), {}};
    for (const ResultValue& value : values) {
      series.points.push_back(accuracy_point(energy_of(value), value, key));
    }
    std::sort(series.points.begin(), series.points.end(),
              [](const ChartPoint& a, const ChartPoint& b) { return a.x < b.x; });
    chart_.series.push_back(std::move(series));
  }

  void add_reference(const ResultFile& result, const std::string& name, double top1) {
    chart_.references.push_back(
        {fmt::format("{} ({:.2f} %)", series_name(results_, result, name), kPercent * top1),
         kPercent * top1});
  }

  std::span<const ResultFile> results_;
  Chart chart_;
};

}  // namespace

Figure accuracy_figure(std::span<const ResultFile> results) {
  Chart chart = AccuracyChart(results).chart();
  if (chart.series.empty()) {
    throw Error(
        fmt::format("{}: has no accuracy at an energy, expected results with noise", results.front().path()));
  }
  if (chart.has_ranges()) chart.x.note = "bars: one standard deviation over seeds";
  return {title_of("Accuracy against energy", results), {chart}};
}

}  // namespace dpac::report
