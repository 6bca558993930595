/// @file
/// The digital precision that each layer's noise is worth, and whether it is.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/api.h"
#include "study/bits/bits_point.h"
#include "study/settings/analog_settings.h"
#include "study/settings/data_settings.h"
#include "study/settings/model_settings.h"
#include "study/support/document.h"
#include "study/support/remarks.h"

namespace dpac {

struct BitsSettings {
  ModelSettings model;
  DataSettings data;
  AnalogSettings analog{.noise = {.noise = "shot"}, .ranges_reported = true};
  RunSettings run;
  int64_t measured_samples = 64;  ///< Samples to measure layers on, spread evenly over the data.
};

struct BitsResult {
  std::vector<BitsPoint> points;  ///< One for each energy.
  int64_t samples = 0;            ///< Accuracy was measured on.
  int64_t measured_samples = 0;   ///< Layers were measured on.
  Remarks remarks = {};
  Document document = {};

  /// The whole result, as `dpac bits --json` writes it.
  [[nodiscard]] std::string to_json() const { return document.text(); }
};

/// The experiment of docs/model.md section 4. @throws SettingError and Error as evaluate() does.
DPAC_API BitsResult measure_bits(const BitsSettings& settings);

}  // namespace dpac
