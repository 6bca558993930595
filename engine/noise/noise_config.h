/// @file
/// What noise a run has: kind, energies, repeats, seed.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/noise/analog.h"
#include "engine/noise/noise_kind.h"
#include "kernels/api.h"

namespace dpac {

/// The D in a standard deviation, of a convolution with groups (docs/model.md section 7).
enum class DotLength {
  in_group,  ///< Input channels of one group: those that an output is the sum of.
  paper,     ///< Of all groups, as the authors' code has it.
};

/// "in-group", "paper".
DPAC_API std::string_view name(DotLength length);

/// Energy per MAC of each analog layer, in the order of analog_layers(): one value for the whole layer, or
/// one per output channel. Photons where shot noise is among the noises, multiples of the base energy else
/// (docs/model.md section 1). Of several noises every variance is divided by it.
using Energies = std::vector<std::vector<float>>;

/// How often each layer or output channel is really executed, its results averaged. Empty: everything once.
using Repeats = std::vector<std::vector<int32_t>>;

inline constexpr int32_t kMostRepeats = 65536;  ///< Draws that a noise key can tell apart.

/// Weight noise: neighbouring sample indices that share a draw of the weights, whatever the batch.
inline constexpr int64_t kSamplesPerDraw = 32;

struct NoiseConfig {
  NoiseKind kind = NoiseKind::none;
  Energies energies = {};  ///< Of one execution; empty for no noise.
  uint64_t seed = 0;
  Repeats repeats = {};
  double sigma_thermal = 0.01;  ///< At an energy of 1; in units of sqrt(D) times both operands' ranges.
  double sigma_output = 0.01;   ///< At an energy of 1; in units of the range of a layer's output.
  double sigma_weight = 0.1;    ///< At an energy of 1; in units of the range of a channel's weights.
  /// Programming noise at an energy of 1: c0, c1, c2 of c0 + c1 w + c2 w^2, where w is |W| and the deviation
  /// are in units of a channel's largest |W|.
  std::array<double, 3> programming = {0.03, 0, 0};
  DotLength dot_length = DotLength::in_group;
};

/// The layers with the MACs that have an energy under a noise: products of attention, which have no stored
/// weights, have none where only weights are noisy and count in no average. Their energies and repeats mean
/// nothing.
DPAC_API std::vector<AnalogLayer> paying_layers(std::vector<AnalogLayer> layers, NoiseKind kind);

/// Whether two configurations differ in their seed at most.
DPAC_API bool same_but_seed(const NoiseConfig& a, const NoiseConfig& b);

/// The same energy for every layer.
DPAC_API Energies uniform_energies(const std::vector<AnalogLayer>& layers, double energy);

/// The same number of executions for every layer.
DPAC_API Repeats uniform_repeats(const std::vector<AnalogLayer>& layers, int32_t repeats);

/// max(1, round(E)) of every energy (docs/model.md section 2).
DPAC_API Energies rounded(Energies energies);

/// Whole energies as executions at energy 1: K = E. @throws Error if one is above kMostRepeats.
DPAC_API Repeats as_repeats(const std::vector<AnalogLayer>& layers, const Energies& energies);

/// @throws Error naming the layer unless energies, repeats and sigmas are what this network can run with.
DPAC_API void check_noise(const std::vector<AnalogLayer>& layers, const NoiseConfig& config);

}  // namespace dpac
