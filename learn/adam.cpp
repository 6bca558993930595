#include "learn/adam.h"

#include <cassert>
#include <cmath>

namespace dpac {

void adam_step(std::span<double> parameters, std::span<const double> gradient, double rate,
               AdamState& state) {
  assert(gradient.size() == parameters.size() && rate > 0);
  assert(state.steps == 0 || state.first_moments.size() == parameters.size());
  assert(state.first_moments.size() == state.second_moments.size());
  constexpr double kDecay1 = 0.9, kDecay2 = 0.999, kEpsilon = 1e-8;
  state.first_moments.resize(parameters.size(), 0.0);
  state.second_moments.resize(parameters.size(), 0.0);
  const auto steps = static_cast<double>(++state.steps);
  const double correction1 = 1 - std::pow(kDecay1, steps), correction2 = 1 - std::pow(kDecay2, steps);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    double& m = state.first_moments[i];
    double& v = state.second_moments[i];
    m = kDecay1 * m + (1 - kDecay1) * gradient[i];
    v = kDecay2 * v + (1 - kDecay2) * gradient[i] * gradient[i];
    parameters[i] -= rate * (m / correction1) / (std::sqrt(v / correction2) + kEpsilon);
  }
}

}  // namespace dpac
