#include "cli/analog_setup.h"

#include <fmt/format.h>

#include "cli/calibration.h"
#include "cli/support/json.h"
#include "cli/support/machine.h"

namespace dpac::cli {
namespace {

/// The images to calibrate on: all of the set, whatever part of it accuracy is measured on.
OpenedData open_calibration_data(const std::string& path, const DataOptions& data, const Session& session) {
  DataOptions options = data;
  options.limit.reset();
  options.preset = session.data.preset;
  if (!path.empty() && path != data.data) {
    options.data = path;
    options.labels.clear();
  }
  OpenedData opened = open_data(options, session.data.preset);
  check_images_fit(opened, session.graph.input());
  return opened;
}

Ranges from_file(const std::string& file, const Session& session, const OutputOptions& output,
                 nlohmann::ordered_json& json) {
  const CalibrationRecord record = read_calibration_file(file, session.graph, session.weights_sha256);
  const std::string own = summary(session.data.preprocessing);
  if (record.preprocessing != own) {
    notice(output, fmt::format("{} was made with other preprocessing ({}) than this run has ({})", file,
                               record.preprocessing, own));
  }
  json = {{"file", file}, {"method", record.method}};
  return record.ranges;
}

Ranges from_data(const AnalogOptions& options, const DataOptions& data, const Session& session,
                 const RunOptions& run, const OutputOptions& output, nlohmann::ordered_json& json) {
  const CalibrationOptions& how = options.calibration;
  const CalibrationPlan plan{how.method(options.kind()), how.batches(options.kind()), how.seed};
  if (how.data.empty()) {
    notice(output,
           fmt::format("ranges are calibrated on --data itself, method {} (--calibration-data takes other "
                       "images, --calibration a file of 'dpac calibrate')",
                       name(plan.method)));
  }
  const OpenedData images = open_calibration_data(how.data, data, session);
  const CalibrationRecord record =
      calibrate_on(images, session.graph, session.weights_sha256, plan, thread_count(run.threads), output);
  json = {{"file", nullptr},
          {"method", record.method},
          {"data", how.data.empty() ? data.data : how.data},
          {"batches", record.batches},
          {"seed", plan.seed}};
  return record.ranges;
}

}  // namespace

AnalogSetup set_up(const AnalogOptions& options, const DataOptions& data, const Session& session,
                   const RunOptions& run, const OutputOptions& output) {
  AnalogSetup setup;
  setup.quantization.weight_bits = options.quantization.weights(options.kind());
  setup.quantization.activation_bits = options.quantization.activations(options.kind());
  if (!options.ranges_needed()) return setup;
  const std::string& file = options.calibration.file;
  setup.quantization.ranges = file.empty() ? from_data(options, data, session, run, output, setup.calibration)
                                           : from_file(file, session, output, setup.calibration);
  return setup;
}

NetworkOptions network_options(const AnalogOptions& options, const AnalogSetup& setup,
                               const RunOptions& run) {
  return {.batch = run.batch,
          .threads = thread_count(run.threads),
          .noise = options.kind(),
          .quantization = setup.quantization,
          .arithmetic = options.quantization.product_arithmetic()};
}

void write(const AnalogSetup& setup, nlohmann::ordered_json& json) {
  json["quantization"] = {{"weight_bits", or_null(setup.quantization.weight_bits)},
                          {"act_bits", or_null(setup.quantization.activation_bits)},
                          {"calibration", setup.calibration}};
}

}  // namespace dpac::cli
