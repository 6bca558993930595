#include "cli/analog_setup.h"

#include <fmt/format.h>

#include "cli/calibration.h"
#include "cli/support/interrupt.h"
#include "cli/support/json.h"
#include "cli/support/machine.h"

namespace dpac::cli {
namespace {

/// The samples to calibrate on: all of the set, whatever part of it accuracy is measured on.
OpenedData open_calibration_data(const CalibrationOptions& how, const DataOptions& data,
                                 const Session& session) {
  DataOptions options = data;
  options.limit.reset();
  if (!how.data.empty()) options.part = DataPart::training;
  if (!how.data.empty() && how.data != data.data) {
    options.data = how.data;
    options.labels = how.labels;
    options.text.sentences.clear();
  }
  return open_more(session, options);
}

Ranges from_file(const std::string& file, const Session& session, AnalogSetup& setup) {
  CalibrationRecord record = read_calibration_file(file, session.graph, session.weights_sha256);
  const std::string own = session.data.source->preprocessing();
  if (record.preprocessing != own) {
    setup.notices.push_back(fmt::format("{} was made with other preprocessing ({}) than this run has ({})",
                                        file, record.preprocessing, own));
  }
  setup.source = RangesSource{.file = file, .method = record.method};
  return std::move(record.ranges);
}

Ranges from_data(const AnalogOptions& options, const DataOptions& data, const Session& session,
                 const RunOptions& run, bool quiet, AnalogSetup& setup) {
  const CalibrationOptions& how = options.calibration;
  const CalibrationPlan plan{how.method(options.kind()), how.batches(options.kind()), how.seed};
  const OpenedData samples = open_calibration_data(how, data, session);
  CalibrationRecord record =
      calibrate_on(samples, session.graph, session.weights_sha256, plan, thread_count(run.threads), quiet);
  if (how.data.empty()) {
    setup.notices.push_back(
        fmt::format("ranges were calibrated on --data itself, method {} (--calibration-data takes "
                    "other samples, --calibration a file of 'dpac calibrate')",
                    record.method));
  }
  const std::string few = shortage(record, plan);
  if (!few.empty()) setup.notices.push_back(few);
  setup.source = RangesSource{.file = {},
                              .data = how.data.empty() ? data.data : how.data,
                              .method = record.method,
                              .batches = record.batches,
                              .seed = plan.seed};
  return std::move(record.ranges);
}

Json source_json(const std::optional<RangesSource>& source) {
  if (!source) return nullptr;
  if (!source->file.empty()) return {{"file", source->file}, {"method", source->method}};
  return {{"file", nullptr},
          {"method", source->method},
          {"data", source->data},
          {"batches", source->batches},
          {"seed", source->seed}};
}

}  // namespace

AnalogSetup set_up(const AnalogOptions& options, const DataOptions& data, const Session& session,
                   const RunOptions& run, bool quiet) {
  AnalogSetup setup;
  setup.quantization.weight_bits = options.quantization.weights(options.kind());
  setup.quantization.activation_bits = options.quantization.activations(options.kind());
  if (!options.ranges_needed()) return setup;
  const std::string& file = options.calibration.file;
  setup.quantization.ranges =
      file.empty() ? from_data(options, data, session, run, quiet, setup) : from_file(file, session, setup);
  return setup;
}

void add_remarks(const AnalogSetup& setup, Remarks& remarks) {
  for (const std::string& sentence : setup.notices) remarks.notice(sentence);
}

NetworkOptions network_options(const AnalogOptions& options, const AnalogSetup& setup,
                               const RunOptions& run) {
  return {.batch = run.batch,
          .threads = thread_count(run.threads),
          .noise = options.kind(),
          .quantization = setup.quantization,
          .arithmetic = options.quantization.product_arithmetic(),
          .poll = stop_if_interrupted};
}

void write(const AnalogSetup& setup, Json& json) {
  json["quantization"] = {{"weight_bits", or_null(setup.quantization.weight_bits)},
                          {"act_bits", or_null(setup.quantization.activation_bits)},
                          {"calibration", source_json(setup.source)}};
}

}  // namespace dpac::cli
