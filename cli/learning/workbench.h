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

#include "cli/accuracy.h"
#include "cli/analog_setup.h"
#include "cli/options/analog_options.h"
#include "cli/options/data_options.h"
#include "cli/options/learning_options.h"
#include "cli/options/model_options.h"
#include "cli/options/option_set.h"
#include "cli/remarks.h"
#include "cli/session.h"
#include "cli/support/json.h"
#include "cli/support/progress.h"
#include "engine/network.h"
#include "learn/differentiator.h"
#include "learn/sensitivity.h"

namespace dpac::cli {

struct WorkbenchOptions {
  ModelOptions model;
  DataOptions data;  ///< Its path may be empty: then there is nothing to judge by.
  AnalogOptions analog{.noise = {.noise = "shot", .energies_given = false}};
  LearningOptions learning;
  RunOptions run;

  /// @throws UsageError as the options' own check() do.
  void check() const;
};

/// All of these options; `--per` and energies are left to the command.
void add_workbench_options(OptionSet& set, WorkbenchOptions& options, const DataHelp& help = {});

/// The same for several networks under several noises: without the options that one network or noise has.
void add_table_workbench_options(OptionSet& set, WorkbenchOptions& options);

/// Compiles, and calibrates, what is asked for when it is asked for the first time, and keeps it.
class Workbench {
 public:
  /// Opens weights and data. Ranges are kept in `folder`, unless it is empty.
  /// @throws Error if weights and data do not fit each other, training labels included.
  Workbench(WorkbenchOptions options, std::filesystem::path folder, bool quiet);

  [[nodiscard]] const WorkbenchOptions& options() const { return options_; }
  [[nodiscard]] const Session& session() const { return session_; }
  /// With the MACs that pay: paying_layers().
  [[nodiscard]] const std::vector<AnalogLayer>& layers() const { return layers_; }

  /// Who is told how far each piece of work has come: a line on a terminal, unless it is another.
  [[nodiscard]] const WorkCallback& work_callback() const { return work_callback_; }
  void tell(WorkCallback callback) { work_callback_ = std::move(callback); }

  [[nodiscard]] bool has_data() const { return options_.data.any(); }

  /// What its accuracies are.
  [[nodiscard]] Measure measure() const;

  /// All that decides what is learned, but for energies, their granularity and the seed.
  [[nodiscard]] Json learned_with() const;

  /// All that decides the quantisers.
  [[nodiscard]] Json quantised_with() const;

  /// The samples accuracy is measured on.
  [[nodiscard]] Json judged_by() const;

  /// Every option under its own name.
  [[nodiscard]] Json options_json() const;

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
  [[nodiscard]] DataOptions session_options() const;
  [[nodiscard]] DifferentiatorOptions differentiator_options(Derivative derivative);
  [[nodiscard]] Augmentation augmentation() const;
  void add_samples(uint64_t seed, SensitivityEstimate& estimate);
  Accuracy evaluate_on_data(Network& network, const NoiseConfig& point, std::vector<uint64_t> seeds);

  WorkbenchOptions options_;
  std::filesystem::path folder_;
  bool quiet_;
  WorkCallback work_callback_;
  Session session_;
  OpenedData training_;
  std::vector<AnalogLayer> layers_;
  Energies start_;
  std::optional<AnalogSetup> setup_;
  std::optional<Differentiator> differentiator_;
  std::optional<Network> network_;  // With noise.
};

}  // namespace dpac::cli
