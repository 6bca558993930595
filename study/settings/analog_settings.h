/// @file
/// All that says how analog operations compute: noise, quantisers, and where the quantisers' ranges come
/// from.
#pragma once

#include "kernels/api.h"
#include "study/settings/calibration_settings.h"
#include "study/settings/noise_settings.h"
#include "study/settings/quantization_settings.h"

namespace dpac {

struct DPAC_API AnalogSettings {
  NoiseSettings noise = {};
  QuantizationSettings quantization = {};
  CalibrationSettings calibration = {};
  bool ranges_reported = false;  ///< The command needs ranges whatever the noise.

  [[nodiscard]] NoiseKind kind() const { return noise.kind(); }
  [[nodiscard]] bool ranges_needed() const;

  /// @throws SettingError for settings that act on nothing.
  void check() const;
};

}  // namespace dpac
