// The course of learning: accuracy, energy and loss over steps, one above the other.

#include <algorithm>
#include <string>

#include "report/pictures/figures.h"
#include "study/support/units.h"

namespace dpac::report {
namespace {

struct Quantity {
  const char* key;
  double factor;
};

Series course_of(const ResultFile& result, const std::string& name, const Quantity& quantity,
                 bool logarithmic) {
  Series series{name, {}};
  for (const ResultValue& entry : result.root()["history"].items()) {
    // Not every step need have an accuracy.
    const auto value = entry.find(quantity.key);
    if (!value) continue;
    const double number = logarithmic ? value->positive() : value->number();
    series.points.push_back({entry["step"].number(), quantity.factor * number});
  }
  return series;
}

Chart chart_of(std::span<const ResultFile> results, const Axis& y, const Quantity& quantity) {
  Chart chart{.x = {.tight = true}, .y = y};
  for (const ResultFile& result : results) {
    chart.series.push_back(course_of(result, series_name(results, result, ""), quantity, y.logarithmic));
  }
  return chart;
}

}  // namespace

Figure learning_figure(std::span<const ResultFile> results) {
  Figure figure{title_of("Learning", results), {}};
  const bool shot = counts_photons(common_noise(results));
  figure.charts.push_back(chart_of(results, {"accuracy (%)", false, 100}, {"accuracy", 100}));
  figure.charts.push_back(
      chart_of(results, {shot ? "photons per MAC" : "x base energy per MAC", true}, {"energy_per_mac", 1}));
  figure.charts.push_back(chart_of(results, {"loss"}, {"loss", 1}));
  std::erase_if(figure.charts, [](const Chart& chart) { return !chart.has_points(); });
  if (figure.charts.empty()) results.front().root()["history"].fail("steps with loss, accuracy or energy");
  figure.charts.back().x.label = "step";
  return figure;
}

}  // namespace dpac::report
