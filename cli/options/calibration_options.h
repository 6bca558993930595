/// @file
/// `--calibration` and what belongs to it: where the ranges of activation quantisers come from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "engine/calibrate.h"
#include "engine/noise_config.h"

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
void add_calibration_options(CLI::App& app, CalibrationOptions& options);

/// `--calibration` and `--calibration-data`, after those above.
void add_calibration_source_options(CLI::App& app, CalibrationOptions& options);

/// How to calibrate, under the options' names.
void write_method(const CalibrationOptions& options, NoiseKind noise, nlohmann::ordered_json& json);

/// Every option above under its own name; null where it decides nothing.
void write(const CalibrationOptions& options, NoiseKind noise, bool needed, nlohmann::ordered_json& json);

}  // namespace dpac::cli
