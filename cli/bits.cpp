/// @file
/// `dpac bits`: the digital precision that each layer's noise is worth, and whether it is.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/analog_setup.h"
#include "cli/bits_experiment.h"
#include "cli/bits_report.h"
#include "cli/command.h"
#include "cli/options/analog_options.h"
#include "cli/options/data_options.h"
#include "cli/options/model_options.h"
#include "cli/options/output_options.h"
#include "cli/session.h"
#include "cli/support/machine.h"

namespace dpac::cli {
namespace {

struct BitsOptions {
  ModelOptions model;
  DataOptions data;
  AnalogOptions analog{.noise = {.noise = "shot"}, .ranges_reported = true};
  RunOptions run;
  OutputOptions output;
  int64_t measured_samples = 64;
};

nlohmann::ordered_json options_json(const BitsOptions& options, const DataSource& data) {
  nlohmann::ordered_json json;
  write(options.model, json);
  data.write(json);
  write(options.analog, json);
  json["bits_samples"] = options.measured_samples;
  write(options.run, json);
  return json;
}

/// What the user called the point, where that is one number.
std::optional<double> energy_of(const EnergyOptions& options, std::size_t point) {
  return options.sweep.empty() ? options.energy : options.sweep[point];
}

void run(const BitsOptions& options) {
  options.analog.check();
  options.output.check();
  const Session session = open_session(options.model, options.data);
  const NoiseOptions& noise = options.analog.noise;
  const EvaluationPlan plan{noise.points(analog_layers(session.graph)), noise.seed_list()};
  const AnalogSetup setup = set_up(options.analog, options.data, session, options.run, options.output.quiet);
  const BitsExperiment experiment({session, options.analog, setup, options.run}, plan,
                                  options.measured_samples);
  const std::vector<BitsPoint> points = experiment.run(options.output.quiet);

  const auto samples = static_cast<int64_t>(session.data.samples.size());
  auto json = result_json("bits", options_json(options, *session.data.source), session.weights_sha256,
                          thread_count(options.run.threads));
  json["samples"] = samples;
  json["mean_tokens"] = mean_tokens_json(session.graph);
  json["measured_samples"] = experiment.measured_samples();
  write(setup, json);
  for (std::size_t p = 0; p < points.size(); ++p) {
    json["points"].push_back(point_json(points[p], energy_of(noise.energies, p)));
  }
  publish(options.output,
          fmt::format("{}\n{} samples; layers measured on {} of them\n", text_of(points), samples,
                      experiment.measured_samples()),
          json);
  notice_data(session, options.output);
  notice_calibration(setup, options.output);
}

}  // namespace

Work add_bits(CLI::App& app) {
  const auto options = std::make_shared<BitsOptions>();
  add_weights_option(app, options->model);
  add_network_options(app, options->model);
  add_run_options(app, options->run);
  add_data_options(app, options->data);
  add_analog_options(app, options->analog, noisy_kinds());
  add_sweep_options(app, options->analog.noise);
  add_arithmetic_option(app, options->analog.quantization);
  app.add_option("--bits-samples", options->measured_samples, "Samples to measure layers on, spread evenly")
      ->type_name("N")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->group("Noise");
  add_output_options(app, options->output);
  app.footer(
      "Noise of standard deviation sigma is worth the uniform quantiser of the layer's range R with the same "
      "error: "
      "levels =\nceil(R / (sqrt(12) sigma) + 1), bits = log2(levels). 'Equal bits' is the network without "
      "noise, each "
      "layer's output\nquantised to its levels, the rest to 8 bits: near the noisy accuracy if the relation "
      "holds.\n\n"
      "Example:\n  dpac bits --weights resnet20.h5 --data cifar10/test --noise thermal --energies-sweep "
      "1,10,100");
  return [options] { run(*options); };
}

}  // namespace dpac::cli
