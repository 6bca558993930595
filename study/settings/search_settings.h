/// @file
/// What a search for the smallest energy looks for.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/noise/bracket.h"
#include "engine/noise/noise_config.h"
#include "kernels/api.h"

namespace dpac {

inline constexpr double kDefaultLoss = 0.02;  ///< Of accuracy, as a fraction.

struct DPAC_API SearchSettings {
  std::vector<std::string> kinds{"uniform", "layer", "channel"};  ///< In the order they are searched in.
  std::optional<double> max_loss = {}, target_accuracy = {};      ///< At most one of both.
  std::vector<double> bracket = {};
  int tries = 15;  ///< At most, for each kind.

  /// @throws SettingError unless the bracket is one.
  void check() const;

  /// Whether energies are to be found that differ between layers.
  [[nodiscard]] bool learns() const;

  /// Accuracy to be reached. @throws Error if it is none.
  [[nodiscard]] double target(double full_precision_accuracy) const;

  /// Between which energies a kind is expected (docs/model.md section 7).
  [[nodiscard]] Bracket bracket_of(const std::string& kind, NoiseKind noise) const;
};

}  // namespace dpac
