#include "cli/options/calibration_options.h"

#include <fmt/format.h>

#include "cli/support/json.h"

namespace dpac::cli {
namespace {

constexpr const char* kGroup = "Quantisation";

}  // namespace

CalibrationMethod CalibrationOptions::method(NoiseKind noise) const {
  if (method_name) return *method_name == "ema" ? CalibrationMethod::ema : CalibrationMethod::percentile;
  return noise == NoiseKind::thermal ? CalibrationMethod::percentile : CalibrationMethod::ema;
}

int64_t CalibrationOptions::batches(NoiseKind noise) const {
  return batch_limit.value_or(default_batches(method(noise)));
}

const char* CalibrationOptions::given() const {
  if (!file.empty()) return "--calibration";
  if (!data.empty()) return "--calibration-data";
  if (method_name) return "--calibration-method";
  if (batch_limit) return "--calibration-batches";
  return seed != 0 ? "--calibration-seed" : nullptr;
}

void add_calibration_options(OptionSet& set, CalibrationOptions& options, const std::string& default_method) {
  set.heading(kGroup);
  set.choice(
      {"--calibration-method", "",
       fmt::format("ema: min and max, averaged over batches; percentile: 0.01 and 99.99 % of all values [{}]",
                   default_method)},
      options.method_name, {"ema", "percentile"});
  set.number({"--calibration-batches", "N", "Batches of 32 samples [ema: 100, percentile: 5]"},
             options.batch_limit, from_to(1, 1000000));
  set.number({"--calibration-seed", "S", "Seed of the choice of samples"}, options.seed);
}

void add_calibration_data_option(OptionSet& set, CalibrationOptions& options, const std::string& help) {
  set.heading(kGroup);
  set.path({"--calibration-data", "PATH", help}, options.data, FileRole::reads);
}

void add_calibration_file_option(OptionSet& set, CalibrationOptions& options) {
  set.heading(kGroup);
  set.path({"--calibration", "FILE", "Ranges that 'dpac calibrate' wrote for these weights"}, options.file,
           FileRole::reads)
      .excludes(
          {"--calibration-data", "--calibration-method", "--calibration-batches", "--calibration-seed"});
}

void write_method(const CalibrationOptions& options, NoiseKind noise, Json& json) {
  json["calibration_method"] = name(options.method(noise));
  json["calibration_batches"] = options.batches(noise);
  json["calibration_seed"] = options.seed;
}

void write(const CalibrationOptions& options, NoiseKind noise, bool needed, Json& json) {
  json["calibration"] = or_null(options.file);
  json["calibration_data"] = or_null(options.data);
  if (needed && options.file.empty()) return write_method(options, noise, json);
  for (const char* key : {"calibration_method", "calibration_batches", "calibration_seed"})
    json[key] = nullptr;
}

}  // namespace dpac::cli
