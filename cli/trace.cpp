/// @file
/// `dpac trace`: what happens inside the analog layers, for a few samples, as HDF5.

#include "study/trace/trace.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/options/analog_options.h"
#include "cli/options/data_options.h"
#include "cli/options/model_options.h"
#include "cli/options/output_options.h"
#include "cli/support/terminal_progress.h"
#include "study/calibration/analog_setup.h"
#include "study/calibration/analog_setup_json.h"
#include "study/session/session.h"
#include "study/settings/settings_json.h"
#include "study/support/json.h"
#include "study/support/layer_pattern.h"
#include "study/support/machine.h"
#include "study/support/result_json.h"

namespace dpac::cli {
namespace {

constexpr int64_t kDefaultLimit = 4;

struct TraceOptions {
  ModelSettings model;
  DataSettings data{.limit = kDefaultLimit};
  AnalogSettings analog;
  RunSettings run;
  OutputOptions output;
  std::vector<std::string> layers{"*"};
  std::string out;
};

Json options_json(const TraceOptions& options, const DataSource& data) {
  Json json;
  write(options.model, json);
  data.write(json);
  write(options.analog, json);
  write(options.run, json);
  json["layers"] = options.layers;
  json["out"] = options.out;
  return json;
}

void run(const TraceOptions& options) {
  options.analog.check();
  const RunSettings run = watched(options.run, options.output.quiet);
  Session session = open_session(options.model, options.data, run.poll);
  const std::vector<AnalogLayer> all = analog_layers(session.graph);
  const TraceRequest request{matching_layers(all, options.layers), options.analog.noise.points(all).front(),
                             options.out};
  const AnalogSetup setup = set_up(options.analog, options.data, session, run);
  const std::vector<int64_t> samples = write_trace(request, session, options.analog, setup, run);

  auto json = result_json("trace", options_json(options, *session.data.source), session.weights_sha256,
                          thread_count(options.run.threads));
  json["out"] = options.out;
  json["samples"] = samples;
  for (const std::size_t l : request.layers) json["layers"].push_back(all[l].name);
  write(setup, json);
  Remarks remarks;
  add_remarks(session, remarks);
  add_remarks(setup, remarks);
  publish(options.output, remarks,
          fmt::format("{}: {} samples, {} layers\n", options.out, samples.size(), request.layers.size()),
          json);
}

}  // namespace

Work add_trace(OptionSet& set) {
  const auto options = std::make_shared<TraceOptions>();
  add_weights_option(set, options->model);
  add_network_options(set, options->model);
  add_run_options(set, options->run);
  add_data_options(set, options->data, {.limit = "Samples to trace, spread evenly over the data set"});
  add_analog_options(set, options->analog, {"none", "shot", "thermal", "weight"});
  add_output_options(set, options->output);
  set.words({"--layers", "PATTERN", "Names with * and ?, separated by commas"}, options->layers);
  set.path({"--out", "FILE", "The HDF5 file to write"}, options->out, FileRole::writes).required();
  set.footer(
      "Writes float32 [n, C, H, W] (fully connected: [n, features]) per layer: /<layer>/input, /pre (without "
      "this "
      "layer's own noise), /sigma (the noise's standard deviation), /noisy (before ReLU); and /logits, "
      "/samples. Of text: "
      "[n, features, tokens], of attention [n, heads, tokens, columns], zeros behind shorter ones; /lengths. "
      "Computed in "
      "float32, whatever the bits.\n\n"
      "Example:\n  dpac trace --weights resnet20.h5 --data cifar10/test --noise shot --energy 10 \\\n"
      "    --layers 'layer1.*,fc' --out trace.h5");
  return [options] { run(*options); };
}

}  // namespace dpac::cli
