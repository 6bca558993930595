/// @file
/// Ranges that were calibrated once are not calibrated again by a command that resumes.
#pragma once

#include <functional>

#include "study/calibration/analog_setup.h"
#include "study/learning/state_file.h"

namespace dpac {

/// What `make` returns, or what it returned when `file` was saved, to the same bits.
AnalogSetup kept_setup(StateFile file, const std::function<AnalogSetup()>& make);

}  // namespace dpac
