/// @file
/// From settings to a network's quantisers: ranges are read from a file, or calibrated.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/network.h"
#include "study/session/session.h"
#include "study/settings/analog_settings.h"
#include "study/settings/data_settings.h"
#include "study/settings/model_settings.h"
#include "study/support/remarks.h"

namespace dpac {

/// Where ranges come from.
struct RangesSource {
  std::string file = {};  ///< Of a calibration; empty where the rest says what they were made from.
  std::string data = {};
  std::string method;   ///< Of CalibrationRecord; "given" where code gave the ranges.
  int64_t batches = 0;  ///< 0 for ranges of a file or of code.
  uint64_t seed = 0;
};

struct AnalogSetup {
  Quantization quantization;
  std::optional<RangesSource> source;  ///< None where there are no ranges.
  std::vector<std::string> notices;    ///< For the user.
};

/// Calibrates where ranges are needed and no file has them.
/// @throws Error as read_calibration_file() and calibrate_on() do.
AnalogSetup set_up(const AnalogSettings& settings, const DataSettings& data, const Session& session,
                   const RunSettings& run);

/// Where the ranges came from.
void add_remarks(const AnalogSetup& setup, Remarks& remarks);

/// For a network with the settings' noise and the set-up's quantisers.
NetworkOptions network_options(const AnalogSettings& settings, const AnalogSetup& setup,
                               const RunSettings& run);

}  // namespace dpac
