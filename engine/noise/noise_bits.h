/// @file
/// The digital precision that an analog layer's noise is worth (docs/model.md section 4), measured on
/// samples.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/network.h"
#include "engine/noise/layer_precision.h"

namespace dpac {

/// ceil(R / (sqrt(12) sigma) + 1) for sigma > 0, at most 2^24.
int64_t equivalent_levels(double range, double sigma);

/// Compares a noisy network with the clean one, the noise-free and unquantised network, layer by layer.
class PrecisionMeter {
 public:
  /// Both are compiled with keep_pre_activations from the same weights; the noisy one has its noise set.
  PrecisionMeter(Network& clean, Network& noisy);

  /// Runs n samples through both; as Network::run(). Its results do not depend on how samples are split over
  /// calls of a multiple of kTogether.
  void add(const Inputs& inputs, std::span<const int64_t> samples);

  /// `ranges` of quantized_tensors(). @throws Error if no sample was added.
  [[nodiscard]] std::vector<LayerPrecision> result(const Ranges& ranges) const;

  static constexpr int64_t kTogether = 4;  ///< Samples whose pre-activations are in memory at once.

 private:
  /// Sums over the elements of a layer.
  struct Sums {
    double variance = 0, clean = 0, clean_squares = 0, difference_squares = 0;
    int64_t count = 0;
    void add(const Sums& other);
  };
  class CleanRecorder;
  class NoiseRecorder;

  void add_together(const Inputs& inputs, std::span<const int64_t> samples);
  [[nodiscard]] LayerPrecision precision_of(std::size_t layer, double range) const;

  Network& clean_;
  Network& noisy_;
  std::vector<Sums> layers_;
};

}  // namespace dpac
