/// @file
/// Where a network is quantised, and what it is computed in.
#pragma once

#include <optional>
#include <string>

#include "engine/network.h"
#include "engine/noise/noise_config.h"
#include "kernels/api.h"

namespace dpac {

/// Bits of quantisers as given, before defaults.
struct BitsSetting {
  bool given = false;
  std::optional<double> bits = {};  ///< Unset for `none`.
};

struct DPAC_API QuantizationSettings {
  BitsSetting bits = {}, weight_bits = {}, act_bits = {};
  std::string arithmetic = "auto";

  /// What is in force with that noise: thermal and weight noise have 8 bits by default, the others none
  /// (docs/model.md section 3).
  [[nodiscard]] std::optional<double> weights(NoiseKind noise) const;
  [[nodiscard]] std::optional<double> activations(NoiseKind noise) const;

  [[nodiscard]] Arithmetic product_arithmetic() const;
};

}  // namespace dpac
