#include "cli/options/calibration_options.h"

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

void add_calibration_options(CLI::App& app, CalibrationOptions& options) {
  app.add_option(
         "--calibration-method", options.method_name,
         "ema: min and max, averaged over batches; percentile: 0.01 and 99.99 % of all values [percentile "
         "with thermal noise, else ema]")
      ->type_name("KIND")
      ->check(CLI::IsMember({"ema", "percentile"}))
      ->group(kGroup);
  app.add_option("--calibration-batches", options.batch_limit,
                 "Batches of 32 samples [ema: 100, percentile: 5]")
      ->type_name("N")
      ->check(CLI::Range(1, 1000000))
      ->group(kGroup);
  app.add_option("--calibration-seed", options.seed, "Seed of the choice of samples")
      ->type_name("S")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->group(kGroup);
}

void add_calibration_source_options(CLI::App& app, CalibrationOptions& options) {
  auto* file =
      app.add_option("--calibration", options.file, "Ranges that 'dpac calibrate' wrote for these weights")
          ->type_name("FILE")
          ->group(kGroup);
  auto* data =
      app.add_option("--calibration-data", options.data,
                     "Images to calibrate on, best of the training set; preprocessed like --data [--data]")
          ->type_name("PATH")
          ->group(kGroup);
  file->excludes(data);
  for (const char* other : {"--calibration-method", "--calibration-batches", "--calibration-seed"}) {
    file->excludes(app.get_option(other));
  }
}

void write_method(const CalibrationOptions& options, NoiseKind noise, nlohmann::ordered_json& json) {
  json["calibration_method"] = name(options.method(noise));
  json["calibration_batches"] = options.batches(noise);
  json["calibration_seed"] = options.seed;
}

void write(const CalibrationOptions& options, NoiseKind noise, bool needed, nlohmann::ordered_json& json) {
  json["calibration"] = or_null(options.file);
  json["calibration_data"] = or_null(options.data);
  if (needed && options.file.empty()) return write_method(options, noise, json);
  for (const char* key : {"calibration_method", "calibration_batches", "calibration_seed"})
    json[key] = nullptr;
}

}  // namespace dpac::cli
