/// @file
/// What a layer's noise is worth, in digital bits (docs/model.md section 4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace dpac {

/// One analog layer. Where there is no noise, what depends on it is unset.
struct LayerPrecision {
  std::string name;
  int64_t dot_length = 0;             ///< D.
  int64_t outputs = 0;                ///< N, of one sample.
  double range = 0;                   ///< R of the layer's output quantiser.
  double sigma = 0;                   ///< Root mean square over all elements and samples.
  std::optional<double> snr_db = {};  ///< 10 log10(var(clean y) / sigma^2).
  std::optional<double> cascaded_snr_db =
      {};                              ///< With (y - clean y) for the noise: earlier layers' included.
  std::optional<int64_t> levels = {};  ///< ceil(R / (sqrt(12) sigma) + 1), at most 2^24.
  std::optional<double> bits = {};     ///< log2(levels).
};

}  // namespace dpac
