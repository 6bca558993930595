#include "study/learning/made_with.h"

#include "kernels/noise_key.h"
#include "study/settings/settings_json.h"

namespace dpac {
namespace {

constexpr LearningParts kData{.data = true}, kSamples{.samples = true}, kSteps{.steps = true},
    kMethod{.method = true}, kMethodAndStart{.method = true, .start = true};

}  // namespace

Json QuantizersMadeWith::json() const {
  Json json{{"weights_sha256", weights_sha256}};
  write_network(model, json);
  json["noise"] = analog.noise.noise;
  write_bits(analog.quantization, analog.kind(), json);
  write(analog.calibration, analog.kind(), analog.ranges_needed(), json);
  if (calibration_sha256) json["calibration_sha256"] = *calibration_sha256;
  write(learning, analog.kind(), Augmentation::none, kData, json);
  json["training"] = training;
  if (tokens) json["tokens"] = {tokens->mean, tokens->mean_square};
  if (judged_by) json["judged_by"] = *judged_by;
  return json;
}

Json SensitivitiesMadeWith::json() const {
  Json json = QuantizersMadeWith::json();
  json["noise_stream"] = kStreamVersion;
  write_constants(analog.noise, json);
  write(learning, analog.kind(), Augmentation::none, kSamples, json);
  json["seed"] = seed;
  if (target_energy) json["target_energy"] = *target_energy;
  return json;
}

Json EnergiesMadeWith::json_of_any_steps() const {
  Json json = SensitivitiesMadeWith::json();
  write(learning, analog.kind(), augmentation, start_sha256 ? kMethod : kMethodAndStart, json);
  if (start_sha256) json["start_sha256"] = *start_sha256;
  if (per) json["per"] = name(*per);
  return json;
}

Json EnergiesMadeWith::json() const {
  Json json = json_of_any_steps();
  write(learning, analog.kind(), augmentation, kSteps, json);
  return json;
}

Json TriesMadeWith::json() const {
  Json json = energies.json();
  json["target_top1"] = target;
  json["bracket"] = {bracket.low, bracket.high};
  json["seeds"] = seeds;
  return json;
}

}  // namespace dpac
