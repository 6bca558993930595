#include "study/settings/calibration_settings.h"

namespace dpac {
CalibrationMethod CalibrationSettings::method(NoiseKind noise) const {
  if (method_name) return *method_name == "ema" ? CalibrationMethod::ema : CalibrationMethod::percentile;
  return noise == NoiseKind::thermal ? CalibrationMethod::percentile : CalibrationMethod::ema;
}

int64_t CalibrationSettings::batches(NoiseKind noise) const {
  return batch_limit.value_or(default_batches(method(noise)));
}

const char* CalibrationSettings::given() const {
  if (!file.empty()) return "--calibration";
  if (!data.empty()) return "--calibration-data";
  if (method_name) return "--calibration-method";
  if (batch_limit) return "--calibration-batches";
  return seed != 0 ? "--calibration-seed" : nullptr;
}

}  // namespace dpac
