#include "cli/text/bits_text.h"

#include <fmt/format.h>

#include "cli/support/text_table.h"
#include "cli/text/point_text.h"
#include "study/evaluation/accuracy_text.h"

namespace dpac::cli {
namespace {

std::string decimals(const std::optional<double>& value) {
  return value ? fmt::format("{:.2f}", *value) : "-";
}

std::string energy_text(const BitsPoint& point) {
  return fmt::format("{:.6g}", point.noisy.energy->ledger.energy_per_mac);
}

std::string accuracies(const std::vector<BitsPoint>& points) {
  const std::string measure = measure_name(points.front().noisy.accuracy.measure);
  TextTable table(
      {energy_header(*points.front().noisy.energy), measure + " with noise", measure + " with equal bits"});
  for (const BitsPoint& point : points) {
    table.add({energy_text(point), percent(point.noisy.accuracy), percent(point.equal_bits)});
  }
  return table.text();
}

std::string layers_of(const BitsPoint& point) {
  TextTable table({"layer", "D", "N", "range", "sigma", "SNR dB", "cascaded", "levels", "bits"});
  for (const LayerPrecision& layer : point.layers) {
    table.add({layer.name, with_thousands(layer.dot_length), with_thousands(layer.outputs),
               fmt::format("{:.4g}", layer.range), fmt::format("{:.4g}", layer.sigma), decimals(layer.snr_db),
               decimals(layer.cascaded_snr_db), layer.levels ? with_thousands(*layer.levels) : "-",
               decimals(layer.bits)});
  }
  return table.text();
}

std::string bits_by_energy(const std::vector<BitsPoint>& points) {
  std::vector<std::string> header{"bits of layer"};
  for (const BitsPoint& point : points) header.push_back(energy_text(point));
  TextTable table(header);
  for (std::size_t l = 0; l < points.front().layers.size(); ++l) {
    std::vector<std::string> row{points.front().layers[l].name};
    for (const BitsPoint& point : points) row.push_back(decimals(point.layers[l].bits));
    table.add(row);
  }
  return table.text();
}

}  // namespace

std::string text_of(const std::vector<BitsPoint>& points) {
  return accuracies(points) + '\n' +
         (points.size() == 1 ? layers_of(points.front()) : bits_by_energy(points));
}

}  // namespace dpac::cli
