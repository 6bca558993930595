/// @file
/// The closed form: for small noise the expected loss is L0 + sum_l s_l / E_l, so that of all energies of one
/// average the cheapest are E_l proportional to sqrt(s_l / MACs_l) (docs/model.md section 6).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/noise/analog.h"
#include "engine/noise/noise_config.h"
#include "engine/noise/noise_models.h"
#include "learn/differentiator.h"
#include "learn/precision_parameters.h"
#include "learn/shrinkage.h"

namespace dpac {

/// Averages sensitivities over batches.
class SensitivityEstimate {
 public:
  /// `differentiator` must outlive it, and is compiled for sensitivities of the clean or the noisy network;
  /// the energies of `noise` count for the latter alone, and may be absent for the former. Its seed draws
  /// labels and noise.
  SensitivityEstimate(Differentiator& differentiator, const NoiseConfig& noise);

  /// Adds a batch of preprocessed inputs; the labels do not matter. Under weight noise a batch shares one
  /// draw; else it does not matter how samples are made into batches.
  void add(const Inputs& inputs, std::span<const int64_t> samples);

  [[nodiscard]] int64_t samples() const { return samples_; }

  /// s of every output channel, means over all samples. At least one batch.
  [[nodiscard]] ChannelValues sensitivities() const;

  /// The same, drawn towards the means of their layers (learn/shrinkage.h). What is held out together is
  /// every kFolds-th sample, or batch where a batch shares its noise.
  [[nodiscard]] ChannelValues shrunk_sensitivities() const;

 private:
  [[nodiscard]] bool batch_shares_noise() const { return noise_traits(noise_.kind).perturbs_weights; }

  Differentiator& differentiator_;
  NoiseConfig noise_;
  int64_t samples_ = 0;
  uint32_t batches_ = 0;
  ChannelValues sums_;
  std::vector<ChannelValues> parts_;  // Sums over the samples that are held out together.
};

/// Energies of the given average per MAC. A channel whose sensitivity is far below the others' gets no less
/// than kLeastShare of what its layer's mean would give, and none less than 10^-4 of what the most sensitive
/// one gets: the form holds for small noise only. Where all channels of a layer have one sensitivity, they
/// get what the layer would.
/// @throws Error if the sensitivities are another network's, no layer is sensitive, a sensitivity is not
/// finite, or energies are no floats.
Energies analytic_energies(const std::vector<AnalogLayer>& layers, const ChannelValues& sensitivities,
                           Granularity per, double energy_per_mac);

}  // namespace dpac
