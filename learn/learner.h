/// @file
/// Learns the precision of a frozen network: how much energy each layer or channel needs (docs/model.md
/// section 6).
///
///     loss = cross entropy or squared error(noisy network) + lambda * max(0, log(energy per MAC) -
///     log(target))
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "engine/noise/noise_config.h"
#include "learn/adam.h"
#include "learn/differentiator.h"
#include "learn/learning_record.h"
#include "learn/precision_parameters.h"

namespace dpac {

/// 2 for shot noise, 8 for the others.
double default_lambda(NoiseKind noise);

struct LearnerOptions {
  Granularity per = Granularity::layer;
  double target_energy = 100;  ///< Energy per MAC below which energy costs nothing.
  double lambda = 2;
  double learning_rate = kLearningRate;
  bool round_energy = false;  ///< Noise, penalty and reports at max(1, round(E)); gradients straight through.
  /// Kind, seed and sigmas; the energies are where learning starts.
  NoiseConfig noise = {};
};

/// All that the next step depends on besides its batch: what is saved to be resumed from, to the same bits.
struct LearningState {
  std::vector<double> log_energies;
  AdamState adam;  ///< Its number of steps is the learner's.
};

class Learner {
 public:
  /// `differentiator` must outlive it, and is compiled for gradients under the noise of the options.
  /// @throws Error if the options do not fit the network.
  Learner(Differentiator& differentiator, const LearnerOptions& options);

  /// One step on a batch of preprocessed images or sequences with what they should give and their indices in
  /// the data set. @throws Error if a label is no class of the network, or the loss is not finite.
  LearningRecord step(const Inputs& inputs, const Targets& targets, std::span<const int64_t> samples);

  [[nodiscard]] Energies energies() const;  ///< Rounded where the options say so.
  [[nodiscard]] double energy_per_mac() const;

  [[nodiscard]] LearningState state() const;
  void restore(const LearningState& state);  ///< @throws Error if it is another network's.

 private:
  Differentiator& differentiator_;
  LearnerOptions options_;
  PrecisionParameters parameters_;
  AdamState adam_;
};

}  // namespace dpac
