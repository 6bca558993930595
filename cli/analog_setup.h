/// @file
/// From options to a network's quantisers: ranges are read from a file, or calibrated.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/options/analog_options.h"
#include "cli/options/data_options.h"
#include "cli/options/model_options.h"
#include "cli/remarks.h"
#include "cli/session.h"
#include "cli/support/json.h"
#include "engine/network.h"

namespace dpac::cli {

/// Where ranges come from.
struct RangesSource {
  std::string file;  ///< Of a calibration; empty where the rest says what they were made from.
  std::string data = {};
  std::string method;
  int64_t batches = 0;
  uint64_t seed = 0;
};

struct AnalogSetup {
  Quantization quantization;
  std::optional<RangesSource> source;  ///< None where there are no ranges.
  std::vector<std::string> notices;    ///< For the user.
};

/// Calibrates where ranges are needed and no file has them. `quiet` shows no progress.
/// @throws Error as read_calibration_file() and calibrate_on() do.
AnalogSetup set_up(const AnalogOptions& options, const DataOptions& data, const Session& session,
                   const RunOptions& run, bool quiet);

/// Where the ranges came from.
void add_remarks(const AnalogSetup& setup, Remarks& remarks);

/// For a network with the options' noise and the set-up's quantisers.
NetworkOptions network_options(const AnalogOptions& options, const AnalogSetup& setup, const RunOptions& run);

/// `quantization` {`weight_bits`, `act_bits`, `calibration`}.
void write(const AnalogSetup& setup, Json& json);

}  // namespace dpac::cli
