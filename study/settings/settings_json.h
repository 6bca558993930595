/// @file
/// Settings as a result's JSON names them, all that decides it, defaults included; and as what is resumed
/// from remembers them. Keys are the names of the program's options.
#pragma once

#include "engine/noise/noise_config.h"
#include "loaders/pixels/augment.h"
#include "study/settings/analog_settings.h"
#include "study/settings/learning_settings.h"
#include "study/settings/model_settings.h"
#include "study/settings/search_settings.h"
#include "study/support/json.h"

namespace dpac {

/// Without `max_length`, which the data say.
void write(const ModelSettings& settings, Json& json);

/// The same whatever the weights' path.
void write_network(const ModelSettings& settings, Json& json);

void write(const RunSettings& settings, Json& json);

void write(const EnergySettings& settings, Json& json);
void write(const NoiseSettings& settings, Json& json);

/// What the noise is at energy 1.
void write_constants(const NoiseSettings& settings, Json& json);

/// `weight_bits` and `act_bits` in force, null for none, and `arithmetic`.
void write(const QuantizationSettings& settings, NoiseKind noise, Json& json);

/// The same without `arithmetic`.
void write_bits(const QuantizationSettings& settings, NoiseKind noise, Json& json);

/// How to calibrate.
void write_method(const CalibrationSettings& settings, NoiseKind noise, Json& json);

/// The same and where ranges come from; null where it decides nothing.
void write(const CalibrationSettings& settings, NoiseKind noise, bool needed, Json& json);
void write(const AnalogSettings& settings, Json& json);

/// Null where it decides nothing. `augmentation` is what is in force.
void write(const LearningSettings& settings, NoiseKind noise, Augmentation augmentation, Json& json);

/// Of LearningSettings, those that are true.
struct LearningParts {
  bool data = false;     ///< What is learned on.
  bool samples = false;  ///< How many at a time, and to estimate sensitivities on.
  bool method = false;   ///< How energies are changed.
  bool steps = false;    ///< How often.
  bool start = false;    ///< From where on.
};

void write(const LearningSettings& settings, NoiseKind noise, Augmentation augmentation,
           const LearningParts& parts, Json& json);
void write(const SearchSettings& settings, NoiseKind noise, Json& json);

}  // namespace dpac
