#include "study/settings/quantization_settings.h"

#include <fmt/format.h>

#include "engine/noise/noise_models.h"
#include "study/settings/setting_error.h"

namespace dpac {
namespace {

std::optional<double> in_force(const BitsSetting& own, const BitsSetting& both, NoiseKind noise) {
  if (own.given) return own.bits;
  if (both.given) return both.bits;
  return noise_traits(noise).defaults.bits;
}

}  // namespace

std::optional<double> QuantizationSettings::weights(NoiseKind noise) const {
  return in_force(weight_bits, bits, noise);
}

std::optional<double> QuantizationSettings::activations(NoiseKind noise) const {
  return in_force(act_bits, bits, noise);
}

Arithmetic QuantizationSettings::product_arithmetic() const {
  for (const Arithmetic known : kArithmetics) {
    if (arithmetic == name(known)) return known;
  }
  throw SettingError(
      fmt::format("--arithmetic is '{}', expected auto, float32, bfloat16 or auto-bfloat16", arithmetic));
}

}  // namespace dpac
