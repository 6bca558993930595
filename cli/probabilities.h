/// @file
/// Softmax, for people and files.
#pragma once

#include <span>
#include <vector>

namespace dpac::cli {

/// exp(l - max) / sum exp(l - max), in double: it cannot overflow.
std::vector<double> probabilities(std::span<const float> logits);

}  // namespace dpac::cli
