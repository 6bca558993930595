/// @file
/// What saved states depend on: all that decides their bits, and nothing else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/graph/graph.h"
#include "learn/precision_parameters.h"
#include "loaders/pixels/augment.h"
#include "study/settings/analog_settings.h"
#include "study/settings/learning_settings.h"
#include "study/settings/model_settings.h"
#include "study/settings/search_settings.h"
#include "study/support/json.h"

namespace dpac {

/// Ranges of quantisers, and accuracies with these.
struct QuantizersMadeWith {
  std::string weights_sha256;
  ModelSettings model;    ///< Whatever the weights' path.
  AnalogSettings analog;  ///< The kind of noise, bits and calibration.
  std::optional<std::string> calibration_sha256 = {};
  LearningSettings learning = {};           ///< The training data.
  Json training = {};                       ///< These as they were read, and how many samples they are.
  std::optional<TokenLengths> tokens = {};  ///< Of text.
  std::optional<Json> judged_by = {};       ///< The samples of an accuracy.

  [[nodiscard]] Json json() const;
};

/// Sensitivities: also of the noise, and of the choice of samples.
struct SensitivitiesMadeWith : QuantizersMadeWith {
  uint64_t seed = 0;
  std::optional<double> target_energy = {};  ///< Of a noisy network's.

  [[nodiscard]] Json json() const;
};

/// Energies: also of how they are learned.
struct EnergiesMadeWith : SensitivitiesMadeWith {
  Augmentation augmentation = Augmentation::none;
  std::optional<std::string> start_sha256 = {};  ///< Of a file that learning starts from.
  std::optional<Granularity> per = {};           ///< None for a search, which says it by its name.

  /// Without `steps`: what they come to does not depend on how many follow.
  [[nodiscard]] Json json() const;
};

/// The tries of a search for one kind.
struct TriesMadeWith {
  EnergiesMadeWith energies;
  double target = 0;  ///< Accuracy.
  Bracket bracket;
  int seeds = 1;

  [[nodiscard]] Json json() const;
};

}  // namespace dpac
