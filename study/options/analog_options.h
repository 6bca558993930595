/// @file
/// All that says how analog operations compute: noise, quantisers, and where the quantisers' ranges come
/// from.
#pragma once

#include <string>
#include <vector>

#include "study/options/option_set.h"
#include "study/settings/analog_settings.h"

namespace dpac {

/// `--bits`, `--weight-bits`, `--act-bits`.
void add_bits_options(OptionSet& set, QuantizationSettings& settings);

/// `--arithmetic`.
void add_arithmetic_option(OptionSet& set, QuantizationSettings& settings);

/// `--calibration-method`, `--calibration-batches`, `--calibration-seed`.
void add_calibration_options(OptionSet& set, CalibrationSettings& settings,
                             const std::string& default_method = "percentile with thermal noise, else ema");

/// `--calibration-data`.
void add_calibration_data_option(
    OptionSet& set, CalibrationSettings& settings,
    const std::string& help =
        "Samples to calibrate on, best of the training set; preprocessed like --data [--data]");

/// `--calibration`, after those above.
void add_calibration_file_option(OptionSet& set, CalibrationSettings& settings);

/// All of these but `--arithmetic`, and those of noise but for add_sweep_options().
void add_analog_options(OptionSet& set, AnalogSettings& settings, const std::vector<std::string>& kinds);

}  // namespace dpac
