// Energy by layer, and of `table` by network.

#include <algorithm>

#include <fmt/format.h>

#include "kernels/error.h"
#include "report/pictures/figures.h"
#include "report/pictures/layer_energies.h"
#include "report/pictures/layer_names.h"

namespace dpac::report {
namespace {

/// The category's place; a name not seen yet is appended.
double place_of(const std::string& category, std::vector<std::string>& categories) {
  const auto place = std::find(categories.begin(), categories.end(), category);
  const auto index = place - categories.begin();
  if (place == categories.end()) categories.push_back(category);
  return static_cast<double>(index);
}

Series series_of(const std::string& name, const std::vector<LayerEnergyRange>& layers, Chart& chart) {
  Series series{name, {}};
  for (const LayerEnergyRange& layer : layers) {
    ChartPoint point{place_of(layer.layer, chart.categories), layer.mean};
    if (layer.min < layer.max) {
      point.low = layer.min;
      point.high = layer.max;
    }
    series.points.push_back(point);
  }
  return series;
}

Figure by_layer(std::span<const ResultFile> results) {
  Chart chart{.y = {energy_label(common_noise(results)), true}, .dodged = true};
  for (const ResultFile& result : results) {
    for (const EnergyAllocation& allocation : energy_allocations(result)) {
      chart.series.push_back(
          series_of(series_name(results, result, allocation.name), allocation.layers, chart));
    }
  }
  if (chart.series.empty()) {
    throw Error(fmt::format("{}: has no energies, expected those of an allocation that was found",
                            results.front().path()));
  }
  name_layers(chart);
  if (chart.has_ranges()) chart.x.note = "bar: least to most of its channels; dot: their mean";
  return {title_of("Energy by layer", results), {chart}};
}

/// The smallest energies of a row, with their standard deviation over seeds.
ChartPoint energy_of(const ResultValue& allocation, double x) {
  const double mean = allocation["mean"].positive();
  ChartPoint point{x, mean};
  const double deviation = allocation.find_number("std").value_or(0);
  if (deviation > 0) {
    point.low = mean - deviation;
    point.high = mean + deviation;
  }
  return point;
}

/// Charts of different noises, which differ in unit, stand one above the other.
Chart& chart_of(const std::string& noise, std::vector<std::string>& noises, Figure& figure) {
  const auto index = static_cast<std::size_t>(place_of(noise, noises));
  if (index < figure.charts.size()) return figure.charts[index];
  Chart chart{.x = {fmt::format("{} noise", noise)}, .y = {energy_label(noise), true}, .dodged = true};
  for (const char* kind : {"uniform", "layer", "channel"}) chart.series.push_back({kind, {}});
  return figure.charts.emplace_back(std::move(chart));
}

void add_rows(const ResultFile& result, std::vector<std::string>& noises, Figure& figure) {
  for (const ResultValue& row : result.root()["rows"].items()) {
    Chart& chart = chart_of(row["noise"].text(), noises, figure);
    const double x = place_of(row["network"].text(), chart.categories);
    for (Series& series : chart.series) {
      const auto allocation = row.find(series.name);
      if (allocation) series.points.push_back(energy_of(*allocation, x));
    }
  }
}

Figure by_network(std::span<const ResultFile> results) {
  Figure figure{"Smallest energy that keeps the accuracy", {}};
  std::vector<std::string> noises;
  for (const ResultFile& result : results) add_rows(result, noises, figure);
  std::erase_if(figure.charts, [](const Chart& chart) { return !chart.has_points(); });
  if (figure.charts.empty()) {
    throw Error(
        fmt::format("{}: has no energies, expected those of a row that was found", results.front().path()));
  }
  for (Chart& chart : figure.charts) {
    if (chart.has_ranges()) chart.x.note = "bars: one standard deviation over seeds";
  }
  return figure;
}

}  // namespace

Figure energy_figure(std::span<const ResultFile> results) {
  const auto is_table = [](const ResultFile& result) { return result.command() == "table"; };
  const auto tables = std::count_if(results.begin(), results.end(), is_table);
  if (tables == 0) return by_layer(results);
  const auto other = std::find_if_not(results.begin(), results.end(), is_table);
  if (other == results.end()) return by_network(results);
  throw Error(fmt::format("{}: has energies by layer, but another file those of a 'table' by network",
                          other->path()));
}

}  // namespace dpac::report
