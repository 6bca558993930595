/// @file
/// How a call of a network computes.
#pragma once

#include "engine/network.h"
#include "engine/noise/noise_config.h"

namespace dpac::python {

/// Immutable once Python has it: it is read without the GIL.
struct Setting {
  NoiseConfig noise;
  Quantization quantization;
  Arithmetic arithmetic = Arithmetic::automatic;
  int threads = 0;  ///< 0: all that OpenMP gives.
};

}  // namespace dpac::python
