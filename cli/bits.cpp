/// @file
/// `dpac bits`: the digital precision that each layer's noise is worth, and whether it is.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/options/analog_options.h"
#include "cli/options/data_options.h"
#include "cli/options/model_options.h"
#include "cli/options/noise_options.h"
#include "cli/options/output_options.h"
#include "cli/support/terminal_progress.h"
#include "cli/text/bits_text.h"
#include "study/bits/bits_experiment.h"
#include "study/bits/bits_json.h"
#include "study/calibration/analog_setup.h"
#include "study/calibration/analog_setup_json.h"
#include "study/session/session.h"
#include "study/settings/settings_json.h"
#include "study/support/json.h"
#include "study/support/machine.h"
#include "study/support/result_json.h"

namespace dpac::cli {
namespace {

struct BitsOptions {
  ModelSettings model;
  DataSettings data;
  AnalogSettings analog{.noise = {.noise = "shot"}, .ranges_reported = true};
  RunSettings run;
  OutputOptions output;
  int64_t measured_samples = 64;
};

Json options_json(const BitsOptions& options, const DataSource& data) {
  Json json;
  write(options.model, json);
  data.write(json);
  write(options.analog, json);
  json["bits_samples"] = options.measured_samples;
  write(options.run, json);
  return json;
}

/// What the user called the point, where that is one number.
std::optional<double> energy_of(const EnergySettings& options, std::size_t point) {
  return options.sweep.empty() ? options.energy : options.sweep[point];
}

void run(const BitsOptions& options) {
  options.analog.check();
  const RunSettings run = watched(options.run, options.output.quiet);
  const Session session = open_session(options.model, options.data, run.poll);
  check_labels(session);
  const NoiseSettings& noise = options.analog.noise;
  const EvaluationPlan plan{noise.points(analog_layers(session.graph)), noise.seed_list()};
  const AnalogSetup setup = set_up(options.analog, options.data, session, run);
  const BitsExperiment experiment({session, options.analog, setup, run}, plan, options.measured_samples);
  const std::vector<BitsPoint> points = experiment.run();

  const auto samples = static_cast<int64_t>(session.data.samples.size());
  auto json = result_json("bits", options_json(options, *session.data.source), session.weights_sha256,
                          thread_count(options.run.threads));
  json["samples"] = samples;
  json["mean_tokens"] = mean_tokens(session.graph);
  json["measured_samples"] = experiment.measured_samples();
  write(setup, json);
  for (std::size_t p = 0; p < points.size(); ++p) {
    json["points"].push_back(point_json(points[p], energy_of(noise.energies, p)));
  }
  Remarks remarks;
  add_remarks(session, remarks);
  add_remarks(setup, remarks);
  publish(options.output, remarks,
          fmt::format("{}\n{} samples; layers measured on {} of them\n", text_of(points), samples,
                      experiment.measured_samples()),
          json);
}

}  // namespace

Work add_bits(OptionSet& set) {
  const auto options = std::make_shared<BitsOptions>();
  add_weights_option(set, options->model);
  add_network_options(set, options->model);
  add_run_options(set, options->run);
  add_data_options(set, options->data);
  add_analog_options(set, options->analog, noisy_kinds());
  add_sweep_options(set, options->analog.noise);
  set.number({"--bits-samples", "N", "Samples to measure layers on, spread evenly"},
             options->measured_samples, positive_count());
  add_arithmetic_option(set, options->analog.quantization);
  add_output_options(set, options->output);
  set.footer(
      "Noise of standard deviation sigma is worth the uniform quantiser of the layer's range R with the same "
      "error: "
      "levels = ceil(R / (sqrt(12) sigma) + 1), bits = log2(levels). 'Equal bits' is the network without "
      "noise, each "
      "layer's output quantised to its levels, the rest to 8 bits: near the noisy accuracy if the relation "
      "holds.\n\n"
      "Example:\n  dpac bits --weights resnet20.h5 --data cifar10/test --noise thermal --energies-sweep "
      "1,10,100");
  return [options] { run(*options); };
}

}  // namespace dpac::cli
