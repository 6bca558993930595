#include "study/options/analog_options.h"

#include <fmt/format.h>

#include "kernels/quantizer.h"
#include "study/options/noise_options.h"

namespace dpac {
namespace {

constexpr const char *kGroup = "Quantisation", *kNone = "none";

double parse_bits(const std::string& option, const std::string& text) {
  return parse_number<double>(
      option, text,
      {kFewestBits, kMostBits, true,
       fmt::format("a number of bits from {} to {} (fractions allowed) or none", kFewestBits, kMostBits)});
}

void add(OptionSet& set, const std::string& option, BitsSetting& to, const std::string& help) {
  const auto parse = [option, &to](const std::string& text) {
    to.given = true;
    if (text != kNone) to.bits = parse_bits(option, text);
  };
  set.parsed({option, "B|none", help}, parse).checked([option, &to] {
    if (to.bits) (void)parse_bits(option, fmt::format("{}", *to.bits));
  });
}

}  // namespace

void add_bits_options(OptionSet& set, QuantizationSettings& settings) {
  set.heading(kGroup);
  add(set, "--bits", settings.bits,
      "Bits of weights and activations; fractions allowed [none without noise and with shot noise alone, "
      "else 8]");
  add(set, "--weight-bits", settings.weight_bits, "Bits of the weights, per output channel [--bits]");
  add(set, "--act-bits", settings.act_bits, "Bits of the activations, per tensor; the input has 8 [--bits]");
}

void add_arithmetic_option(OptionSet& set, QuantizationSettings& settings) {
  set.heading(kGroup);
  std::vector<std::string> names;
  for (const Arithmetic arithmetic : kArithmetics) names.emplace_back(name(arithmetic));
  set.choice(
      {"--arithmetic", "",
       "auto: exact 8-bit integers where the quantisers and the machine allow it, else float32; bfloat16: "
       "products and stored values in that, for machines that have it; auto-bfloat16: as auto, with "
       "bfloat16 for float32 where the machine has it"},
      settings.arithmetic, names);
}

void add_calibration_options(OptionSet& set, CalibrationSettings& settings,
                             const std::string& default_method) {
  set.heading(kGroup);
  set.choice(
      {"--calibration-method", "",
       fmt::format("ema: min and max, averaged over batches; percentile: 0.01 and 99.99 % of all values [{}]",
                   default_method)},
      settings.method_name, {"ema", "percentile"});
  set.number({"--calibration-batches", "N", "Batches of 32 samples [ema: 100, percentile: 5]"},
             settings.batch_limit, from_to(1, 1000000));
  set.number({"--calibration-seed", "S", "Seed of the choice of samples"}, settings.seed);
}

void add_calibration_data_option(OptionSet& set, CalibrationSettings& settings, const std::string& help) {
  set.heading(kGroup);
  set.path({"--calibration-data", "PATH", help}, settings.data, FileRole::reads);
}

void add_calibration_file_option(OptionSet& set, CalibrationSettings& settings) {
  set.heading(kGroup);
  set.path({"--calibration", "FILE", "Ranges that 'dpac calibrate' wrote for these weights"}, settings.file,
           FileRole::reads)
      .excludes(
          {"--calibration-data", "--calibration-method", "--calibration-batches", "--calibration-seed"});
}

void add_analog_options(OptionSet& set, AnalogSettings& settings, const std::vector<std::string>& kinds) {
  add_noise_option(set, settings.noise, kinds);
  if (settings.noise.energies_given) add_energy_options(set, settings.noise.energies);
  add_seed_option(set, settings.noise);
  add_bits_options(set, settings.quantization);
  add_calibration_options(set, settings.calibration);
  add_calibration_data_option(set, settings.calibration);
  add_calibration_file_option(set, settings.calibration);
}

}  // namespace dpac
