/// @file
/// The closed form: for small noise the expected loss is L0 + sum_l s_l / E_l, so that of all energies of one
/// average the cheapest are E_l proportional to sqrt(s_l / MACs_l) (docs/model.md section 6).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/analog.h"
#include "engine/noise_config.h"
#include "learn/differentiator.h"
#include "learn/precision_parameters.h"

namespace dpac {

/// Averages sensitivities over batches.
class SensitivityEstimate {
 public:
  /// `differentiator` must outlive it, and is compiled for sensitivities. `seed` draws labels, and noise
  /// where it is needed.
  SensitivityEstimate(Differentiator& differentiator, const NoiseConfig& noise);

  /// Adds a batch of preprocessed inputs; the labels do not matter.
  void add(const Inputs& inputs, std::span<const int64_t> samples);

  [[nodiscard]] int64_t samples() const { return samples_; }

  /// s of every output channel, means over all samples. At least one batch.
  [[nodiscard]] ChannelValues sensitivities() const;

 private:
  Differentiator& differentiator_;
  NoiseConfig noise_;
  int64_t samples_ = 0;
  uint32_t batches_ = 0;
  ChannelValues sums_;
};

/// Energies of the given average per MAC. A channel whose sensitivity is far below the others' gets no less
/// than kLeastShare of what its layer's mean would give, and none less than 10^-4 of what the most sensitive
/// one gets: the form holds for small noise only.
/// @throws Error if the sensitivities are another network's, no layer is sensitive, a sensitivity is not
/// finite, or energies are no floats.
Energies analytic_energies(const std::vector<AnalogLayer>& layers, const ChannelValues& sensitivities,
                           Granularity per, double energy_per_mac);

inline constexpr double kLeastShare = 0.1;

}  // namespace dpac
