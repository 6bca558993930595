#include "study/learning/made_with.h"

#include "kernels/noise_key.h"
#include "study/settings/settings_json.h"

namespace dpac {
namespace {

/// Beyond the quantisers.
struct Further {
  bool noise = false;
  LearningParts learning{.data = true};
  Augmentation augmentation = Augmentation::none;
  std::optional<std::string> start_sha256 = {};
};

Json json_of(const QuantizersMadeWith& made, const Further& further) {
  const AnalogSettings& analog = made.analog;
  Json json{{"weights_sha256", made.weights_sha256}};
  if (further.noise) json["noise_stream"] = kStreamVersion;
  write_network(made.model, json);
  json["noise"] = analog.noise.noise;
  if (further.noise) write_constants(analog.noise, json);
  write_bits(analog.quantization, analog.kind(), json);
  write(analog.calibration, analog.kind(), analog.ranges_needed(), json);
  if (made.calibration_sha256) json["calibration_sha256"] = *made.calibration_sha256;
  write(made.learning, analog.kind(), further.augmentation, further.learning, json);
  if (further.start_sha256) json["start_sha256"] = *further.start_sha256;
  json["training"] = made.training;
  if (made.tokens) json["tokens"] = {made.tokens->mean, made.tokens->mean_square};
  if (made.judged_by) json["judged_by"] = *made.judged_by;
  return json;
}

/// But for target and seed.
Json json_of(const EnergiesMadeWith& made, bool steps) {
  Further further{.noise = true, .augmentation = made.augmentation, .start_sha256 = made.start_sha256};
  further.learning = {
      .data = true, .samples = true, .method = true, .steps = steps, .start = !made.start_sha256};
  return json_of(made, further);
}

}  // namespace

Json QuantizersMadeWith::json() const {
  return json_of(*this, Further());
}

Json SensitivitiesMadeWith::json() const {
  Json json = json_of(*this, {.noise = true, .learning = {.data = true, .samples = true}});
  json["seed"] = seed;
  if (target_energy) json["target_energy"] = *target_energy;
  return json;
}

Json EnergiesMadeWith::json() const {
  Json json = json_of(*this, /*steps=*/false);
  if (per) json["per"] = name(*per);
  if (target_energy) json["target_energy"] = *target_energy;
  json["seed"] = seed;
  return json;
}

Json TriesMadeWith::json() const {
  Json json = json_of(energies, /*steps=*/true);
  json["target_top1"] = target;
  json["bracket"] = {bracket.low, bracket.high};
  json["seed"] = energies.seed;
  json["seeds"] = seeds;
  return json;
}

}  // namespace dpac
