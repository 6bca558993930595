/// @file
/// What is particular to each noise: one row of a table. docs/adding_a_noise.md adds one.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "engine/noise/bracket.h"
#include "engine/noise/calibrate.h"
#include "engine/noise/noise_config.h"
#include "engine/noise/noise_sigmas.h"

namespace dpac {

/// What a noise falls on.
enum class NoiseTarget {
  outputs_by_norms,  ///< One value for every element of a product, whose deviation follows its operands'
                     ///< norms.
  outputs,           ///< The same, whose deviation does not.
  weights,           ///< Stored weights, drawn anew for every kSamplesPerDraw samples.
  chip,              ///< Stored weights, drawn once for a seed: a new seed is a new chip.
};

/// What studies do with a noise unless they are told otherwise.
struct NoiseDefaults {
  std::optional<double> bits;  ///< Of weights and activations.
  CalibrationMethod calibration;
  double lambda;    ///< Weight of the energy's penalty in learning.
  Bracket uniform;  ///< Of a search, for each kind of allocation.
  Bracket by_layer;
  Bracket by_channel;
};

/// One noise. No member has a default, so a row that leaves one out does not compile under -Werror.
struct NoiseModel {
  NoiseKind kind;
  std::string_view name;
  NoiseTarget target;
  double length_power;  ///< The deviation grows with D to this power.
  bool needs_ranges;    ///< It follows calibrated ranges of operands.
  bool needs_outputs;   ///< It follows those of outputs before their activation.
  bool on_integers;     ///< Integer plans can run it.
  std::string_view energy_unit;
  /// Factors of the deviation: what it is multiplied by, and for weights c1 and c2 of c0 + c1 w + c2 w^2, w
  /// being |W| in units of the deviation that `sigmas` gives.
  std::array<double, 3> (*constants)(const NoiseConfig& config);
  NoiseSigmas (*sigmas)(const LayerFacts& facts);
  NoiseDefaults defaults;
};

/// All rows.
std::span<const NoiseModel> noise_models();

/// What noises that act together need and perturb: whatever one of them does.
struct NoiseTraits {
  bool perturbs_outputs;
  bool perturbs_weights;  ///< Stored ones; products without them have no energy unless outputs are perturbed.
  bool redraws_weights;   ///< So that samples are best run by whole groups of kSamplesPerDraw.
  bool needs_norms;
  bool needs_ranges;   ///< Of operands or outputs.
  bool needs_outputs;  ///< Of outputs before their activation.
  bool depends_on_length;
  bool on_integers;              ///< All of them.
  std::string_view energy_unit;  ///< The first row's: E multiplies every term alike.
  /// The fewest bits, percentiles before averages, the largest lambda, brackets that hold all.
  NoiseDefaults defaults;
};

NoiseTraits noise_traits(NoiseKind kind);

}  // namespace dpac
