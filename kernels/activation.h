/// @file
/// What follows an analog operation: element by element, exact and digital (docs/model.md section 1).
#pragma once

namespace dpac {

enum class Activation {
  none,
  relu,
  gelu,  ///< x Phi(x), Phi the normal distribution's cumulative function: the erf form, not the tanh one.
  tanh,
};

/// Whether its derivative takes other values than 0 and 1, so that a backward needs more than a bit.
constexpr bool is_smooth(Activation activation) {
  return activation == Activation::gelu || activation == Activation::tanh;
}

}  // namespace dpac
