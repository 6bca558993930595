/// @file
/// `--train-data` and how energies are found on it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/options/data_options.h"
#include "cli/options/option_set.h"
#include "cli/support/json.h"
#include "engine/noise/noise_config.h"
#include "learn/learner.h"
#include "loaders/pixels/augment.h"

namespace dpac::cli {

inline constexpr double kTextStartEnergy = 20;  ///< Where learning of a BERT starts.

/// Where learning starts.
struct StartOption {
  double energy = 0;      ///< Of every layer.
  bool analytic = false;  ///< From the closed form for the target instead.
  std::string file = {};  ///< From the energies in this file instead; empty for none.
};

/// What is not given has docs/model.md's value.
struct LearningOptions {
  std::string train_data = {}, train_labels = {};
  std::string method = "sgd";
  std::optional<int64_t> steps = {}, batch = {}, images = {};
  std::optional<double> rate = {}, lambda = {};
  std::optional<StartOption> start = {};
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
  [[nodiscard]] StartOption start_in_force() const;

  /// @throws UsageError for options that act on nothing.
  void check() const;

  /// @throws UsageError for options that act on nothing where the network reads text.
  void check_for(bool reads_text) const;
};

/// All of them.
void add_learning_options(OptionSet& set, LearningOptions& options);

/// The training set as `--data` would be opened: the same preprocessing, but all of its samples. `data` has
/// the preset in force.
DataOptions training_data_options(const LearningOptions& options, const DataOptions& data);

/// Every option under its own name; null where it decides nothing. `augmentation` is what is in force.
void write(const LearningOptions& options, NoiseKind noise, Augmentation augmentation, Json& json);

}  // namespace dpac::cli
