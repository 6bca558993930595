#include "cli/bits_report.h"

#include <fmt/format.h>

#include "cli/support/json.h"
#include "cli/support/text_table.h"

namespace dpac::cli {
namespace {

Json layer_json(const LayerPrecision& layer) {
  return {{"name", layer.name},
          {"D", layer.dot_length},
          {"N", layer.outputs},
          {"range", layer.range},
          {"sigma", layer.sigma},
          {"snr_db", or_null(layer.snr_db)},
          {"cascaded_snr_db", or_null(layer.cascaded_snr_db)},
          {"levels", or_null(layer.levels)},
          {"bits", or_null(layer.bits)}};
}

std::string decimals(const std::optional<double>& value) {
  return value ? fmt::format("{:.2f}", *value) : "-";
}

std::string energy_text(const BitsPoint& point) {
  return fmt::format("{:.6g}", point.noisy.energy->ledger.energy_per_mac);
}

std::string accuracies(const std::vector<BitsPoint>& points) {
  const std::string measure = header_of(points.front().noisy.accuracy);
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

Json point_json(const BitsPoint& point, std::optional<double> energy) {
  const PointEnergy& spent = *point.noisy.energy;
  const Accuracy &noise = point.noisy.accuracy, &bits = point.equal_bits;
  Json json{{"energy", energy.value_or(spent.ledger.energy_per_mac)},
            {"energy_per_mac", spent.ledger.energy_per_mac},
            {"aj_per_mac", or_null(spent.attojoules_per_mac)},
            {"top1_noise", value_json(noise)},
            {"top1_noise_std", or_null(noise.std)},
            {"top1_noise_ci95", interval_json(noise.ci95)},
            {"loss", loss_json(noise.loss)},
            {"top1_bits", value_json(bits)},
            {"top1_bits_ci95", interval_json(bits.ci95)}};
  for (const LayerPrecision& layer : point.layers) json["layers"].push_back(layer_json(layer));
  return json;
}

std::string text_of(const std::vector<BitsPoint>& points) {
  return accuracies(points) + '\n' +
         (points.size() == 1 ? layers_of(points.front()) : bits_by_energy(points));
}

}  // namespace dpac::cli
