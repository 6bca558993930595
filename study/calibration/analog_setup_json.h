/// @file
/// Quantisers as a result's JSON has them.
#pragma once

#include "study/calibration/analog_setup.h"
#include "study/support/json.h"

namespace dpac {

/// `quantization` {`weight_bits`, `act_bits`, `calibration`}.
void write(const AnalogSetup& setup, Json& json);

}  // namespace dpac
