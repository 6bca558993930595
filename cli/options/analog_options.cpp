#include "cli/options/analog_options.h"

#include <fmt/format.h>

#include "cli/support/usage_error.h"

namespace dpac::cli {

bool AnalogOptions::ranges_needed() const {
  return ranges_reported || kind() == NoiseKind::thermal || quantization.activations(kind()).has_value();
}

void AnalogOptions::check() const {
  noise.check();
  const char* given = calibration.given();
  if (given == nullptr || ranges_needed()) return;
  throw UsageError(fmt::format(
      "{} was given, but nothing needs ranges: add --bits or --act-bits, or --noise thermal", given));
}

void add_analog_options(OptionSet& set, AnalogOptions& options, const std::vector<std::string>& kinds) {
  add_noise_option(set, options.noise, kinds);
  if (options.noise.energies_given) add_energy_options(set, options.noise.energies);
  add_seed_option(set, options.noise);
  add_bits_options(set, options.quantization);
  add_calibration_options(set, options.calibration);
  add_calibration_data_option(set, options.calibration);
  add_calibration_file_option(set, options.calibration);
}

void write(const AnalogOptions& options, Json& json) {
  write(options.noise, json);
  write(options.quantization, options.kind(), json);
  write(options.calibration, options.kind(), options.ranges_needed(), json);
}

}  // namespace dpac::cli
