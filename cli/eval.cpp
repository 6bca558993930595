/// @file
/// `dpac eval`: accuracy on a data set, clean or noisy, at one energy or several.

#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/evaluation.h"
#include "cli/options/data_options.h"
#include "cli/options/model_options.h"
#include "cli/options/noise_options.h"
#include "cli/options/output_options.h"
#include "cli/point_report.h"
#include "cli/prediction_files.h"
#include "cli/session.h"
#include "cli/support/machine.h"
#include "engine/network.h"
#include "kernels/error.h"

namespace dpac::cli {
namespace {

struct EvalOptions {
  ModelOptions model;
  DataOptions data;
  NoiseOptions noise;
  RunOptions run;
  OutputOptions output;
  std::string predictions, logits;
};

nlohmann::ordered_json options_json(const EvalOptions& options, const OpenedData& data) {
  nlohmann::ordered_json json;
  write(options.model, json);
  write(options.data, data, json);
  write(options.noise, json);
  write(options.run, json);
  return json;
}

void check_files(const EvalOptions& options, const EvaluationPlan& plan) {
  const bool wanted = !options.predictions.empty() || !options.logits.empty();
  if (wanted && plan.passes() > 1) {
    throw Error(
        fmt::format("--predictions and --logits are for one energy and one seed, but this run has {} passes",
                    plan.passes()));
  }
}

Evaluation run_all(const EvalOptions& options, const Session& session, Network& network,
                   const EvaluationPlan& plan) {
  PredictionFiles files(options.predictions, options.logits, network.graph().classes());
  BatchReader reader = make_reader(session.data, network.graph(), options.run);
  Progress progress(static_cast<int64_t>(session.data.samples.size()) * plan.passes(), "samples",
                    options.output.quiet);
  Evaluation evaluation = evaluate(network, reader, *session.data.images, plan, progress,
                                   [&](const ImageBatch& batch, std::span<const float> logits) {
                                     files.add(batch.indices, batch.labels, logits);
                                   });
  files.commit();
  return evaluation;
}

/// One energy's results lie at the top level; those of a sweep in `points`, and the top level's are null.
void add_points(const EvalOptions& options, const std::vector<PointReport>& points,
                nlohmann::ordered_json& json) {
  if (options.noise.sweep.empty()) {
    write(points.front(), json);
    return;
  }
  write_nulls(json);
  for (std::size_t i = 0; i < points.size(); ++i) {
    nlohmann::ordered_json point{{"energy", options.noise.sweep[i]}};
    write(points[i], point);
    json["points"].push_back(point);
  }
}

std::string text_of(const EvalOptions& options, const std::vector<PointReport>& points, int64_t samples,
                    double ms) {
  const std::string footer = fmt::format("{} samples, {:.3f} ms a sample\n", samples, ms);
  return (options.noise.sweep.empty() ? text_of(points.front()) : table_of(options.noise.sweep, points)) +
         footer;
}

void run(const EvalOptions& options) {
  options.noise.check();
  options.output.check();
  Session session = open_session(options.model, options.data);
  const int threads = thread_count(options.run.threads);
  Network network(std::move(session.graph),
                  {.batch = options.run.batch, .threads = threads, .noise = options.noise.kind()});
  const EvaluationPlan plan{options.noise.kind(), options.noise.energies(network.layers()),
                            options.noise.seed_list()};
  check_files(options, plan);
  const Evaluation evaluation = run_all(options, session, network, plan);

  const auto points = report_points(network, plan, evaluation, options.noise.wavelength_nm);
  const auto samples = static_cast<int64_t>(session.data.samples.size());
  auto json = result_json("eval", options_json(options, session.data), session.weights_sha256, threads);
  json["samples"] = samples;
  add_points(options, points, json);
  json["macs"] = total_macs(network.layers());
  json["ms_per_sample"] = evaluation.ms_per_sample();
  json["samples_per_second"] = 1000 / evaluation.ms_per_sample();
  publish(options.output, text_of(options, points, samples, evaluation.ms_per_sample()), json);
  notice_preset(options.data, session.data, options.output);
}

}  // namespace

Work add_eval(CLI::App& app) {
  const auto options = std::make_shared<EvalOptions>();
  add_weights_option(app, options->model);
  add_input_size_option(app, options->model);
  add_run_options(app, options->run);
  add_data_options(app, options->data);
  add_noise_option(app, options->noise);
  add_energy_options(app, options->noise);
  add_seed_option(app, options->noise);
  add_sweep_options(app, options->noise);
  app.add_option("--predictions", options->predictions, "CSV: index, label, prediction, its probability")
      ->type_name("FILE")
      ->group("Output");
  app.add_option("--logits", options->logits, "HDF5: /logits, float32 [samples, classes]")
      ->type_name("FILE")
      ->group("Output");
  add_output_options(app, options->output);
  app.footer(
      "Energies are photons per MAC; ms a sample is time in the network, decoding runs beside it. The "
      "interval is\n"
      "Wilson's 95 %, +- the standard deviation over seeds. In JSON a sweep's results are in `points`.\n\n"
      "Example:\n  dpac eval --weights resnet20.h5 --data cifar10/test --noise shot --energy 10 --seeds 5");
  return [options] { run(*options); };
}

}  // namespace dpac::cli
