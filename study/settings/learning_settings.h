/// @file
/// The samples that energies are learned on, and how.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "engine/noise/noise_config.h"
#include "kernels/api.h"
#include "learn/learning_record.h"
#include "study/settings/data_settings.h"

namespace dpac {

inline constexpr double kTextStartEnergy = 20;      ///< Where learning of a BERT starts.
inline constexpr int64_t kSensitivityImages = 512;  ///< Samples that sensitivities are estimated on.

/// Where learning starts.
struct StartSetting {
  double energy = 0;      ///< Of every layer.
  bool analytic = false;  ///< From the closed form for the target instead.
  std::string file = {};  ///< From the energies in this file instead; empty for none.
};

/// What is not given has docs/model.md's value.
struct DPAC_API LearningSettings {
  std::string train_data = {}, train_labels = {};
  std::shared_ptr<const ImageArrays> train_arrays = {};  ///< Images in memory, in place of both.
  std::string method = "sgd";
  std::optional<int64_t> steps = {}, batch = {}, images = {};
  std::optional<double> rate = {}, lambda = {};
  std::optional<StartSetting> start = {};
  bool round = false, no_augment = false;
  double default_start = kStartEnergy;  ///< Energy; depends on the network.

  [[nodiscard]] bool closed_form() const { return method == "analytic"; }

  /// Whether the closed form is needed, if only as a start.
  [[nodiscard]] bool sensitivities_needed() const { return closed_form() || start_in_force().analytic; }

  [[nodiscard]] int64_t steps_in_force() const;
  [[nodiscard]] int64_t batch_in_force() const;
  [[nodiscard]] int64_t images_in_force() const;
  [[nodiscard]] double rate_in_force() const;
  [[nodiscard]] double lambda_in_force(NoiseKind noise) const;
  [[nodiscard]] StartSetting start_in_force() const;

  /// @throws SettingError for settings that act on nothing.
  void check() const;

  /// @throws SettingError for settings that act on nothing where the network reads text.
  void check_for(bool reads_text) const;
};

/// The training set as `--data` would be opened: the same preprocessing, but all of its samples. `data` has
/// the preset in force.
DataSettings training_data_settings(const LearningSettings& settings, const DataSettings& data);

/// The set to judge by. Where that is preprocessed and the training set is not, what `data` says of pixels
/// and files is for the training set.
DataSettings judging_data_settings(const LearningSettings& settings, const DataSettings& data);

}  // namespace dpac
