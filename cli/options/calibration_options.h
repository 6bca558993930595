/// @file
/// `--calibration` and what belongs to it: where the ranges of activation quantisers come from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/options/option_set.h"
#include "cli/support/json.h"
#include "engine/noise/calibrate.h"
#include "engine/noise/noise_config.h"

namespace dpac::cli {

/// What is not given depends on the noise, or on the method (docs/model.md section 3).
struct CalibrationOptions {
  std::string file = {}, data = {};
  std::string labels = {};  ///< Of `data`, where it is a flat folder.
  std::optional<std::string> method_name = {};
  std::optional<int64_t> batch_limit = {};
  uint64_t seed = 0;

  [[nodiscard]] CalibrationMethod method(NoiseKind noise) const;
  [[nodiscard]] int64_t batches(NoiseKind noise) const;

  /// Name of an option that was given; null for none.
  [[nodiscard]] const char* given() const;
};

/// `--calibration-method`, `--calibration-batches`, `--calibration-seed`.
void add_calibration_options(OptionSet& set, CalibrationOptions& options,
                             const std::string& default_method = "percentile with thermal noise, else ema");

/// `--calibration-data`.
void add_calibration_data_option(
    OptionSet& set, CalibrationOptions& options,
    const std::string& help =
        "Samples to calibrate on, best of the training set; preprocessed like --data [--data]");

/// `--calibration`, after those above.
void add_calibration_file_option(OptionSet& set, CalibrationOptions& options);

/// How to calibrate, under the options' names.
void write_method(const CalibrationOptions& options, NoiseKind noise, Json& json);

/// Every option above under its own name; null where it decides nothing.
void write(const CalibrationOptions& options, NoiseKind noise, bool needed, Json& json);

}  // namespace dpac::cli
