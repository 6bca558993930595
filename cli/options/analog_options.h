/// @file
/// All that says how analog operations compute: noise, quantisers, and where the quantisers' ranges come
/// from.
#pragma once

#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/options/calibration_options.h"
#include "cli/options/noise_options.h"
#include "cli/options/quantization_options.h"

namespace dpac::cli {

struct AnalogOptions {
  NoiseOptions noise = {};
  QuantizationOptions quantization = {};
  CalibrationOptions calibration = {};
  bool ranges_reported = false;  ///< The command needs ranges whatever the noise.

  [[nodiscard]] NoiseKind kind() const { return noise.kind(); }
  [[nodiscard]] bool ranges_needed() const;

  /// @throws Error for values out of range, and for options that act on nothing.
  void check() const;
};

/// All of them but `--arithmetic` and those of add_sweep_options().
void add_analog_options(CLI::App& app, AnalogOptions& options, const std::vector<std::string>& kinds);

/// Every option under its own name, as it is in force.
void write(const AnalogOptions& options, nlohmann::ordered_json& json);

}  // namespace dpac::cli
