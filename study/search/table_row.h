/// @file
/// A row of the table: one network under one noise, searched with several seeds.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kernels/api.h"
#include "study/evaluation/accuracy.h"
#include "study/search/search_outcome.h"
#include "study/support/document.h"

namespace dpac {

inline constexpr std::array kKinds{"uniform", "layer", "channel"};

/// Over seeds.
struct MeanAndStd {
  double mean = 0;
  std::optional<double> std;  ///< None for a single seed.
};

struct DPAC_API TableRow {
  std::string network, noise, weights_sha256;
  Document options;  ///< In force in this row.
  int64_t samples = 0;
  Measure measure = Measure::top1;
  std::optional<double> full_precision = {}, quantized = {}, target = {};  ///< As far as they are known.
  std::optional<double> photon_aj = {};                                    ///< None but for shot noise.
  std::vector<SearchOutcome> searches = {};                                ///< One per seed.
  std::string impossible = {};  ///< Why there are none; empty where there are.

  /// Energy per MAC; none where the kind was not searched, or a seed found nothing that reaches the target.
  [[nodiscard]] std::optional<MeanAndStd> energy(const std::string& kind) const;

  /// Seeds that found an energy of that kind.
  [[nodiscard]] int found(const std::string& kind) const;

  /// Against uniform, in percent: of the means, and the spread of what each seed saves. None where one of
  /// both kinds has no energy.
  [[nodiscard]] std::optional<MeanAndStd> saving(const std::string& kind) const;

  /// Of the mean.
  [[nodiscard]] std::optional<double> aj_per_mac(const std::string& kind) const;
};

}  // namespace dpac
