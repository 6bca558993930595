/// @file
/// The ranges that a network's activation quantisers need, from samples.
#pragma once

#include <string>
#include <vector>

#include "engine/noise/quantization.h"
#include "kernels/api.h"
#include "study/calibration/calibration_file.h"
#include "study/settings/calibration_settings.h"
#include "study/settings/data_settings.h"
#include "study/settings/model_settings.h"
#include "study/support/document.h"
#include "study/support/remarks.h"

namespace dpac {

struct NetworkCalibrationSettings {
  ModelSettings model;
  DataSettings data{.part = DataPart::training};  ///< Best of the training set.
  CalibrationSettings calibration;                ///< Method, batches and seed; the data are those above.
  RunSettings run;                                ///< Its batch is of no concern.
  std::string out = {};                           ///< The HDF5 file to write; empty for none.
};

struct NetworkCalibration {
  std::vector<QuantizedTensor> tensors;
  CalibrationRecord record;  ///< Has a range for each of them.
  Remarks remarks = {};
  Document document = {};

  /// The whole result, as `dpac calibrate --json` writes it.
  [[nodiscard]] std::string to_json() const { return document.text(); }
};

/// Runs the noise-free, unquantised network over the samples. @throws SettingError and Error as
/// open_session() does, and Error if the file cannot be written.
DPAC_API NetworkCalibration calibrate_network(const NetworkCalibrationSettings& settings);

}  // namespace dpac
