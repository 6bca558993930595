/// @file
/// The optimiser: D. P. Kingma and J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, with
/// PyTorch's defaults.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace dpac {

/// All that the next step depends on besides its gradient.
struct AdamState {
  int64_t steps = 0;
  std::vector<double> first_moments, second_moments;  ///< One per parameter; empty before the first step.
};

/// parameters -= rate * m / (sqrt(v) + 1e-8), m and v the averages of the gradient and of its square, with
/// decays 0.9 and 0.999, corrected for their start at zero.
void adam_step(std::span<double> parameters, std::span<const double> gradient, double rate, AdamState& state);

}  // namespace dpac
