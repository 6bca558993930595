/// @file
/// Keras's preprocessing layers in front of a network: Rescaling and Normalization. For the loaders' own use.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/networks/weights.h"

namespace dpac {

/// Layers composed, in their order, to one y = (pixel * value_scale - mean[c]) / std[c].
class KerasInput {
 public:
  /// y -> y * scale + offset; scale > 0.
  void rescale(double scale, double offset);

  /// y -> (y - mean[c]) / sqrt(variance[c]), each of one value or one for each channel.
  void normalise(const std::vector<double>& mean, const std::vector<double>& variance);

  /// @throws Error, beginning with `where`, if a value is not finite.
  [[nodiscard]] PreprocessingTraits traits(const std::string& where) const;

 private:
  double value_scale_ = 1;
  std::vector<double> mean_ = {0}, std_ = {1};
};

}  // namespace dpac
