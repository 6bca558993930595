/// @file
/// What is particular to each noise: one row of a table.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "engine/noise/bracket.h"
#include "engine/noise/calibrate.h"
#include "engine/noise/noise_config.h"

namespace dpac {

/// One kind of noise. No member has a default, so a row that leaves one out does not compile under -Werror.
struct NoiseModel {
  NoiseKind kind;
  std::string_view name;
  bool perturbs_outputs;       ///< One normal value for every element of a product.
  bool perturbs_weights;       ///< Values on stored weights; products without them have no energy.
  bool needs_norms;            ///< Its deviation follows the norms of each product's operands.
  bool needs_ranges;           ///< Its deviation follows calibrated ranges.
  bool depends_on_length;      ///< Its deviation has the D of a dot product.
  bool on_integers;            ///< Integer plans can run it.
  double NoiseConfig::*sigma;  ///< Its constant; null for one without.
  std::string_view energy_unit;
  std::optional<double> bits;  ///< Of weights and activations by default.
  CalibrationMethod calibration;
  double lambda;    ///< Weight of the energy's penalty in learning, by default.
  Bracket uniform;  ///< Of a search by default, for each kind of allocation.
  Bracket by_layer;
  Bracket by_channel;
};

const NoiseModel& noise_model(NoiseKind kind);

/// All rows but that of no noise.
std::span<const NoiseModel> noise_models();

}  // namespace dpac
