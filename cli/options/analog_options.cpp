#include "cli/options/analog_options.h"

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac::cli {

bool AnalogOptions::ranges_needed() const {
  return ranges_reported || kind() == NoiseKind::thermal || quantization.activations(kind()).has_value();
}

void AnalogOptions::check() const {
  noise.check();
  quantization.check();
  const char* given = calibration.given();
  if (given == nullptr || ranges_needed()) return;
  throw Error(fmt::format(
      "{} was given, but nothing needs ranges: add --bits or --act-bits, or --noise thermal", given));
}

void add_analog_options(CLI::App& app, AnalogOptions& options, const std::vector<std::string>& kinds) {
  add_noise_option(app, options.noise, kinds);
  if (options.noise.energies_given) add_energy_options(app, options.noise.energies);
  add_seed_option(app, options.noise);
  add_bits_options(app, options.quantization);
  add_calibration_options(app, options.calibration);
  add_calibration_source_options(app, options.calibration);
}

void write(const AnalogOptions& options, nlohmann::ordered_json& json) {
  write(options.noise, json);
  write(options.quantization, options.kind(), json);
  write(options.calibration, options.kind(), options.ranges_needed(), json);
}

}  // namespace dpac::cli
