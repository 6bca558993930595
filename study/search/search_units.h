/// @file
/// What the numbers of a search are in, and what its kinds are called.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kernels/api.h"
#include "study/evaluation/accuracy.h"

namespace dpac {

/// "uniform", "per layer", "per channel".
std::string title_of_kind(std::string_view kind);

/// What the numbers of a search are in.
struct DPAC_API SearchUnits {
  std::string energy;                    ///< "photons/MAC".
  std::optional<double> photon_aj = {};  ///< A photon's energy in attojoules, for shot noise.
  Measure measure = Measure::top1;

  [[nodiscard]] std::string energy_text(double energy_per_mac) const;
  [[nodiscard]] std::string accuracy_text(double accuracy) const;
};

}  // namespace dpac
