/// @file
/// What the bits experiment measures at one energy.
#pragma once

#include <vector>

#include "engine/noise/layer_precision.h"
#include "study/evaluation/accuracy.h"
#include "study/evaluation/point_report.h"

namespace dpac {

/// One energy.
struct BitsPoint {
  PointReport noisy;                   ///< Over all samples and seeds.
  std::vector<LayerPrecision> layers;  ///< Measured on some samples, with the first seed.
  Accuracy equal_bits;                 ///< Without noise, each output quantised to its layer's levels.
};

}  // namespace dpac
