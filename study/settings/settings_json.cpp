#include "study/settings/settings_json.h"

#include <optional>

#include "engine/noise/calibrate.h"

namespace dpac {
namespace {

Json start_json(const StartSetting& start) {
  if (start.analytic) return "analytic";
  return start.file.empty() ? Json(start.energy) : Json(start.file);
}

}  // namespace

void write(const ModelSettings& settings, Json& json) {
  json["weights"] = or_null(settings.weights);
  write_network(settings, json);
}

void write_network(const ModelSettings& settings, Json& json) {
  json["input_size"] = or_null(settings.input_size);
  json["config"] = or_null(settings.config);
  json["stride_in"] = or_null(settings.stride_in);
  json["no_head"] = settings.no_head;
  json["heads"] = or_null(settings.heads);
}

void write(const RunSettings& settings, Json& json) {
  json["batch"] = settings.batch;
}

void write(const EnergySettings& settings, Json& json) {
  json["energy"] = or_null(settings.energy);
  json["energies"] = or_null(settings.file);
  json["energies_sweep"] = settings.sweep;
  if (settings.repeat_energy) {
    json["repeat"] = "energy";
  } else {
    json["repeat"] = settings.repeats;
  }
  json["round_energy"] = settings.round;
}

void write(const NoiseSettings& settings, Json& json) {
  json["noise"] = name(settings.kind());
  if (settings.energies_given) write(settings.energies, json);
  write_constants(settings, json);
  json["wavelength_nm"] = settings.wavelength_nm;
  json["seed"] = settings.seed;
  json["seeds"] = settings.seeds;
}

void write_constants(const NoiseSettings& settings, Json& json) {
  json["sigma_thermal"] = settings.sigma_thermal.value_or(NoiseConfig{}.sigma_thermal);
  json["sigma_weight"] = settings.sigma_weight.value_or(NoiseConfig{}.sigma_weight);
  if (settings.kind().has(NoiseKind::output)) json["sigma_output"] = settings.base().sigma_output;
  if (settings.kind().has(NoiseKind::programming)) {
    const auto programming = settings.base().programming;
    json["sigma_programming"] = std::vector<double>(programming.begin(), programming.end());
  }
  json["dot_length"] = settings.dot_length;
}

void write(const QuantizationSettings& settings, NoiseKind noise, Json& json) {
  write_bits(settings, noise, json);
  json["arithmetic"] = settings.arithmetic;
}

void write_bits(const QuantizationSettings& settings, NoiseKind noise, Json& json) {
  json["weight_bits"] = or_null(settings.weights(noise));
  json["act_bits"] = or_null(settings.activations(noise));
}

void write_method(const CalibrationSettings& settings, NoiseKind noise, Json& json) {
  json["calibration_method"] = name(settings.method(noise));
  json["calibration_batches"] = settings.batches(noise);
  json["calibration_seed"] = settings.seed;
}

void write(const CalibrationSettings& settings, NoiseKind noise, bool needed, Json& json) {
  json["calibration"] = or_null(settings.file);
  json["calibration_data"] = or_null(settings.data);
  if (needed && settings.file.empty()) return write_method(settings, noise, json);
  for (const char* key : {"calibration_method", "calibration_batches", "calibration_seed"})
    json[key] = nullptr;
}

void write(const AnalogSettings& settings, Json& json) {
  write(settings.noise, json);
  write(settings.quantization, settings.kind(), json);
  write(settings.calibration, settings.kind(), settings.ranges_needed(), json);
}

void write(const LearningSettings& settings, NoiseKind noise, Augmentation augmentation, Json& json) {
  write(settings, noise, augmentation, {true, true, true, true, true}, json);
}

void write(const LearningSettings& settings, NoiseKind noise, Augmentation augmentation,
           const LearningParts& parts, Json& json) {
  const bool learns = !settings.closed_form();
  const auto if_learns = [learns](auto value) { return learns ? Json(value) : Json(); };
  if (parts.data) {
    json["train_data"] = settings.train_data;
    json["train_labels"] = or_null(settings.train_labels);
  }
  if (parts.method) json["method"] = settings.method;
  if (parts.steps) json["steps"] = if_learns(settings.steps_in_force());
  if (parts.samples) json["train_batch"] = settings.batch_in_force();
  if (parts.method) {
    json["lr"] = if_learns(settings.rate_in_force());
    json["lambda"] = if_learns(settings.lambda_in_force(noise));
  }
  if (parts.start) json["start"] = learns ? start_json(settings.start_in_force()) : nullptr;
  if (parts.samples)
    json["images"] = settings.sensitivities_needed() ? Json(settings.images_in_force()) : Json();
  if (parts.method) {
    json["augment"] = learns && augmentation != Augmentation::none;
    json["round_energy"] = settings.round;
  }
}

void write(const SearchSettings& settings, NoiseKind noise, Json& json) {
  json["max_loss"] = nullptr;
  if (!settings.target_accuracy) json["max_loss"] = settings.max_loss.value_or(kDefaultLoss);
  json["target_accuracy"] = or_null(settings.target_accuracy);
  json["kinds"] = settings.kinds;
  json["tries"] = settings.tries;
  for (const std::string& kind : settings.kinds) {
    const Bracket bracket = settings.bracket_of(kind, noise);
    json["bracket"][kind] = {bracket.low, bracket.high};
  }
}

}  // namespace dpac
