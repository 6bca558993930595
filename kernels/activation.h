/// @file
/// What follows an analog operation: element by element, exact and digital (docs/model.md section 1).
#pragma once

namespace dpac {

enum class Activation {
  none,
  relu,     ///< max(x, 0).
  relu6,    ///< min(max(x, 0), 6).
  gelu,     ///< x Phi(x), Phi the normal distribution's cumulative function: the erf form, not the tanh one.
  tanh,     ///< The hyperbolic tangent.
  sigmoid,  ///< 1 / (1 + exp(-x)).
  silu,     ///< x sigmoid(x), also called swish.
  hard_sigmoid,  ///< min(max(x / 6 + 1/2, 0), 1).
  hard_swish,    ///< x hard_sigmoid(x).
};

/// Whether its derivative takes other values than 0 and 1, so that a backward needs more than a bit.
constexpr bool is_smooth(Activation activation) {
  return activation > Activation::relu6;
}

}  // namespace dpac
