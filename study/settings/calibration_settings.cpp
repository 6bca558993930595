#include "study/settings/calibration_settings.h"

#include <fmt/format.h>

#include "engine/noise/noise_models.h"
#include "study/settings/setting_error.h"

namespace dpac {
CalibrationMethod CalibrationSettings::method(NoiseKind noise) const {
  if (method_name) return *method_name == "ema" ? CalibrationMethod::ema : CalibrationMethod::percentile;
  return noise_traits(noise).defaults.calibration;
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

void CalibrationSettings::check() const {
  if (const char* other = given(); ranges && other != nullptr) {
    throw SettingError(fmt::format("{} was given beside ranges: give the one or the other", other));
  }
  const bool files = !file.empty() || !data.empty();
  if (!arrays || !(files || ranges)) return;
  throw SettingError(fmt::format("{} beside images in memory to calibrate on: give the one or the other",
                                 ranges ? "ranges were given" : fmt::format("{} was given", given())));
}

}  // namespace dpac
