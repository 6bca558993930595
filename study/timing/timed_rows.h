/// @file
/// One network under every noise in every arithmetic that this machine has, each beside the clean one.
#pragma once

#include "study/session/session.h"
#include "study/timing/time_noise.h"

namespace dpac {

/// Times each row in turns with the clean network in float32, and says in the remarks which are left out.
/// Gives `timing` its table, and the times of the clean network beside the first row, which has no noise.
void time_rows(const TimingSettings& settings, const Session& session, Timing& timing);

}  // namespace dpac
