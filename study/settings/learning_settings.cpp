#include "study/settings/learning_settings.h"

#include <fmt/format.h>

#include "learn/learner.h"
#include "study/settings/setting_error.h"

namespace dpac {
namespace {

/// Name of an option that the closed form has no use for; null for none.
const char* given_for_steps(const LearningSettings& settings) {
  if (settings.steps) return "--steps";
  if (settings.batch) return "--train-batch";
  if (settings.rate) return "--lr";
  if (settings.lambda) return "--lambda";
  if (settings.start) return "--start";
  return settings.no_augment ? "--no-augment" : nullptr;
}

}  // namespace

int64_t LearningSettings::steps_in_force() const {
  return steps.value_or(kLearningSteps);
}

int64_t LearningSettings::batch_in_force() const {
  return batch.value_or(kLearningBatch);
}

int64_t LearningSettings::images_in_force() const {
  return images.value_or(kSensitivityImages);
}

double LearningSettings::rate_in_force() const {
  return rate.value_or(kLearningRate);
}

double LearningSettings::lambda_in_force(NoiseKind noise) const {
  return lambda.value_or(default_lambda(noise));
}

StartSetting LearningSettings::start_in_force() const {
  return start.value_or(StartSetting{.energy = default_start, .analytic = false});
}

void LearningSettings::check() const {
  if (train_arrays && !(train_data.empty() && train_labels.empty())) {
    throw SettingError(fmt::format("{} was given beside training images in memory: give the one or the other",
                                   train_data.empty() ? "--train-labels" : "--train-data"));
  }
  if (const char* given = given_for_steps(*this); closed_form() && given != nullptr) {
    throw SettingError(
        fmt::format("{} was given, but --method analytic learns nothing that it could act on", given));
  }
  if (images && !sensitivities_needed()) {
    throw SettingError(
        "--images was given, but nothing needs sensitivities: add --method or --start analytic");
  }
}

void LearningSettings::check_for(bool reads_text) const {
  if (!reads_text) return;
  if (no_augment) throw SettingError("--no-augment was given, but text is not augmented");
  if (!train_labels.empty()) throw SettingError("--train-labels was given, but it is for images");
}

DataSettings training_data_settings(const LearningSettings& settings, const DataSettings& data) {
  if (settings.train_arrays) return settings_of_arrays(settings.train_arrays, data);
  DataSettings training = data;
  training.limit.reset();
  training.part = DataPart::training;
  training.arrays = nullptr;
  if (settings.train_data != data.data || !settings.train_labels.empty()) {
    training.data = settings.train_data;
    training.labels = settings.train_labels;
  }
  return training;
}

DataSettings judging_data_settings(const LearningSettings& settings, const DataSettings& data) {
  const bool nothing_in_files = settings.train_arrays && !settings.train_arrays->in_pixels();
  if (!data.preprocessed() || nothing_in_files) return data;
  return {.limit = data.limit, .arrays = data.arrays};
}

}  // namespace dpac
