/// @file
/// All that says how analog operations compute: noise, quantisers, and where the quantisers' ranges come
/// from.
#pragma once

#include <vector>

#include "cli/options/calibration_options.h"
#include "cli/options/noise_options.h"
#include "cli/options/option_set.h"
#include "cli/options/quantization_options.h"
#include "cli/support/json.h"

namespace dpac::cli {

struct AnalogOptions {
  NoiseOptions noise = {};
  QuantizationOptions quantization = {};
  CalibrationOptions calibration = {};
  bool ranges_reported = false;  ///< The command needs ranges whatever the noise.

  [[nodiscard]] NoiseKind kind() const { return noise.kind(); }
  [[nodiscard]] bool ranges_needed() const;

  /// @throws UsageError for options that act on nothing.
  void check() const;
};

/// All of them but `--arithmetic` and those of add_sweep_options().
void add_analog_options(OptionSet& set, AnalogOptions& options, const std::vector<std::string>& kinds);

/// Every option under its own name, as it is in force.
void write(const AnalogOptions& options, Json& json);

}  // namespace dpac::cli
