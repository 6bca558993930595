#include "study/bits/bits_json.h"

#include "study/evaluation/evaluation_json.h"

namespace dpac {
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

}  // namespace dpac
