/// @file
/// A network with the samples to learn on and those to judge by: what `learn`, `search` and `table` work
/// with.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/network.h"
#include "learn/differentiator.h"
#include "learn/sensitivity.h"
#include "study/calibration/analog_setup.h"
#include "study/evaluation/accuracy.h"
#include "study/learning/made_with.h"
#include "study/session/session.h"
#include "study/settings/workbench_settings.h"
#include "study/support/json.h"
#include "study/support/progress.h"
#include "study/support/remarks.h"

namespace dpac {

/// Compiles, and calibrates, what is asked for when it is asked for the first time, and keeps it.
class Workbench {
 public:
  /// Opens weights and data. Ranges are kept in `folder`, unless it is empty.
  /// @throws Error if weights and data do not fit each other, training labels included.
  Workbench(WorkbenchSettings settings, std::filesystem::path folder);

  [[nodiscard]] const WorkbenchSettings& settings() const { return settings_; }
  [[nodiscard]] const Session& session() const { return session_; }
  /// With the MACs that pay: paying_layers().
  [[nodiscard]] const std::vector<AnalogLayer>& layers() const { return layers_; }

  /// A piece of work to count, told to and ended by the run's callbacks.
  [[nodiscard]] Progress begin(int64_t total, std::string unit) const;

  /// @throws what the run's poll does.
  void poll() const;

  [[nodiscard]] bool has_data() const { return settings_.data.any(); }

  /// What its accuracies are.
  [[nodiscard]] Measure measure() const;

  /// What energies that are learned with this seed depend on, but for their target and granularity.
  [[nodiscard]] EnergiesMadeWith energies_made_with(uint64_t seed) const;

  /// What ranges depend on.
  [[nodiscard]] QuantizersMadeWith quantizers_made_with() const;

  /// The samples accuracy is measured on.
  [[nodiscard]] Json judged_by() const;

  /// Every option under its own name.
  [[nodiscard]] Json settings_json() const;

  const AnalogSetup& setup();

  /// For gradients.
  Differentiator& differentiator();

  /// The training samples of the draws first ... first + count - 1, in batches.
  [[nodiscard]] std::unique_ptr<SampleReader> training_batches(uint64_t seed, int64_t first,
                                                               int64_t count) const;

  /// @throws Error unless energies can be found on the training data: there is no loss of embeddings, and
  /// none without labels.
  void check_learnable() const;

  /// What is to be said about weights, data and training data.
  void add_remarks(Remarks& remarks) const;

  /// Of `--start`, where that is a file.
  [[nodiscard]] const Energies& start_energies() const { return start_; }

  /// Of the clean network.
  ChannelValues sensitivities(uint64_t seed);

  /// Of the network at these energies, channels drawn towards their layers (learn/shrinkage.h).
  ChannelValues noisy_sensitivities(uint64_t seed, const Energies& energies);

  /// Of one evaluation for each of the seeds `seed`, `seed` + 1, ...
  Accuracy accuracy(const Energies& energies, uint64_t seed, int seeds);

  Accuracy accuracy_without_noise(const Quantization& quantization);

 private:
  [[nodiscard]] DifferentiatorOptions differentiator_options(Derivative derivative);
  [[nodiscard]] Augmentation augmentation() const;
  void add_samples(uint64_t seed, SensitivityEstimate& estimate);
  Accuracy evaluate_on_data(Network& network, const NoiseConfig& point, std::vector<uint64_t> seeds);

  WorkbenchSettings settings_;
  std::filesystem::path folder_;
  Session session_;
  OpenedData training_;
  std::vector<AnalogLayer> layers_;
  Energies start_;
  std::optional<AnalogSetup> setup_;
  std::optional<Differentiator> differentiator_;
  std::optional<Network> network_;  // With noise.
};

}  // namespace dpac
