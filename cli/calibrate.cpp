/// @file
/// `dpac calibrate`: the ranges of activation quantisers, from images.

#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/options/analog_options.h"
#include "cli/options/calibration_options.h"
#include "cli/options/data_options.h"
#include "cli/options/model_options.h"
#include "cli/options/output_options.h"
#include "cli/support/terminal_progress.h"
#include "cli/support/text_table.h"
#include "study/calibration/calibration.h"
#include "study/session/session.h"
#include "study/settings/settings_json.h"
#include "study/support/json.h"
#include "study/support/machine.h"
#include "study/support/result_json.h"

namespace dpac::cli {
namespace {

struct CalibrateOptions {
  ModelSettings model;
  DataSettings data;
  CalibrationSettings calibration;
  RunSettings run;  ///< Its threads.
  OutputOptions output;
  std::string out;
};

Json options_json(const CalibrateOptions& options, const DataSource& data) {
  Json json;
  write(options.model, json);
  data.write(json);
  write_method(options.calibration, NoiseKind::none, json);
  json["out"] = options.out;
  return json;
}

Json ranges_json(const std::vector<QuantizedTensor>& tensors, const Ranges& ranges) {
  Json json;
  for (std::size_t t = 0; t < tensors.size(); ++t) json[tensors[t].name] = {ranges[t].min, ranges[t].max};
  return json;
}

std::string text_of(const CalibrateOptions& options, const std::vector<QuantizedTensor>& tensors,
                    const CalibrationRecord& record) {
  TextTable table({"tensor", "min", "max"});
  for (std::size_t t = 0; t < tensors.size(); ++t) {
    const ValueRange& range = record.ranges[t];
    table.add({tensors[t].name, fmt::format("{:.5g}", range.min), fmt::format("{:.5g}", range.max)});
  }
  return fmt::format("{}\n{}: ranges of {} tensors, method {}, {} batches\n", table.text(), options.out,
                     tensors.size(), record.method, record.batches);
}

void run(const CalibrateOptions& options) {
  const RunSettings run = watched(options.run, options.output.quiet);
  const Session session = open_session(options.model, options.data, run.poll);
  const CalibrationSettings& how = options.calibration;
  const CalibrationPlan plan{how.method(NoiseKind::none), how.batches(NoiseKind::none), how.seed};
  const CalibrationRecord record =
      calibrate_on(session.data, session.graph, session.weights_sha256, plan, run);
  write_calibration_file(options.out, session.graph, record);

  const std::vector<QuantizedTensor> tensors = quantized_tensors(session.graph);
  auto json = result_json("calibrate", options_json(options, *session.data.source), session.weights_sha256,
                          thread_count(run.threads));
  json["out"] = options.out;
  json["method"] = record.method;
  json["batches"] = record.batches;
  json["ranges"] = ranges_json(tensors, record.ranges);
  Remarks remarks;
  add_remarks(session, remarks);
  const std::string few = shortage(record, plan);
  if (!few.empty()) remarks.notice(few);
  publish(options.output, remarks, text_of(options, tensors, record), json);
}

}  // namespace

Work add_calibrate(OptionSet& set) {
  const auto options = std::make_shared<CalibrateOptions>();
  options->data.part = DataPart::training;
  add_weights_option(set, options->model);
  add_network_options(set, options->model);
  add_threads_option(set, options->run.threads);
  add_data_options(set, options->data);
  add_calibration_options(set, options->calibration, "ema; percentile is for thermal noise");
  add_output_options(set, options->output);
  set.path({"--out", "FILE", "The HDF5 file to write"}, options->out, FileRole::writes).required();
  set.footer(
      "Runs the noise-free, unquantised network over samples, best of the training set. The file has "
      "/ranges/<tensor>, "
      "float32 [2] (min, max); eval, bits and trace read it with --calibration FILE. It fits these weights "
      "only.\n\n"
      "Example:\n  dpac calibrate --weights resnet20.h5 --data cifar10/train --out resnet20_ranges.h5");
  return [options] { run(*options); };
}

}  // namespace dpac::cli
