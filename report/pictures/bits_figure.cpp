// Noise bits by layer, a line for each energy.

#include <fmt/format.h>

#include "kernels/error.h"
#include "report/pictures/figures.h"
#include "report/pictures/layer_names.h"
#include "study/support/units.h"

namespace dpac::report {
namespace {

Series series_of(const std::string& name, const ResultValue& point, Chart& chart, const ResultFile& result) {
  Series series{name, {}};
  std::vector<std::string> layers;
  for (const ResultValue& layer : point["layers"].items()) {
    const auto x = static_cast<double>(layers.size());
    layers.push_back(layer["name"].text());
    series.points.push_back({x, layer.find_number("bits").value_or(kNoValue)});
  }
  if (chart.categories.empty()) chart.categories = layers;
  if (chart.categories == layers) return series;
  throw Error(fmt::format("{}: its layers are others than those before, {} from '{}' on, expected {}",
                          result.path(), layers.size(), layers.front(), chart.categories.size()));
}

}  // namespace

Figure bits_figure(std::span<const ResultFile> results) {
  Chart chart{.y = {"noise bits"}, .ordered = results.size() == 1};
  const std::string unit = energy_unit(common_noise(results));
  for (const ResultFile& result : results) {
    for (const ResultValue& point : result.root()["points"].items()) {
      const std::string energy = fmt::format("{:.4g} {}", point["energy"].number(), unit);
      chart.series.push_back(series_of(series_name(results, result, energy), point, chart, result));
    }
  }
  name_layers(chart);
  return {title_of("Noise bits by layer", results), {chart}};
}

}  // namespace dpac::report
