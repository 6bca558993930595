/// @file
/// The standard deviations of the noises (docs/model.md section 2), at energy 1, constants of 1 and D = 1.
#pragma once

#include <vector>

#include "engine/noise/layer_facts.h"

namespace dpac {

/// Of elements of a product with stored weights: [parts of the kernel][output channels] for a noise that
/// follows norms, [output channels] for another; of a product of attention one value for all elements.
using NoiseSigmas = std::vector<double>;

/// ||W_i|| over each part of the kernel; 1 for attention. Times ||x||.
NoiseSigmas shot_sigmas(const LayerFacts& facts);

/// (Wmax_i - Wmin_i) (xmax - xmin); of attention the product of both operands' ranges.
NoiseSigmas thermal_sigmas(const LayerFacts& facts);

/// ymax - ymin of the layer's output before its activation.
NoiseSigmas output_sigmas(const LayerFacts& facts);

/// Of the weights of each output channel: Wmax_i - Wmin_i. None for attention.
NoiseSigmas weight_sigmas(const LayerFacts& facts);

/// The same: max_j |W_ij|.
NoiseSigmas programming_sigmas(const LayerFacts& facts);

}  // namespace dpac
