#include "study/settings/analog_settings.h"

#include <fmt/format.h>

#include "engine/noise/noise_models.h"
#include "study/settings/setting_error.h"

namespace dpac {

bool AnalogSettings::ranges_needed() const {
  return ranges_reported || noise_traits(kind()).needs_ranges || quantization.activations(kind()).has_value();
}

void AnalogSettings::check() const {
  noise.check();
  calibration.check();
  const char* given = calibration.given();
  if (given == nullptr || ranges_needed()) return;
  throw SettingError(fmt::format(
      "{} was given, but nothing needs ranges: add --bits or --act-bits, or --noise thermal", given));
}

}  // namespace dpac
