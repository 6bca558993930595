/// @file
/// `dpac eval`: accuracy on a data set, clean or noisy, at one energy or several.

#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/analog_setup.h"
#include "cli/command.h"
#include "cli/evaluation.h"
#include "cli/options/analog_options.h"
#include "cli/options/data_options.h"
#include "cli/options/model_options.h"
#include "cli/options/output_options.h"
#include "cli/point_report.h"
#include "cli/prediction_files.h"
#include "cli/session.h"
#include "cli/support/json.h"
#include "cli/support/machine.h"
#include "cli/support/usage_error.h"
#include "cli/text_answer.h"
#include "engine/network.h"
#include "kernels/error.h"

namespace dpac::cli {
namespace {

struct EvalOptions {
  ModelOptions model;
  DataOptions data;
  AnalogOptions analog;
  RunOptions run;
  OutputOptions output;
  std::string predictions, logits;
};

Json options_json(const EvalOptions& options, const DataSource& data) {
  Json json;
  write(options.model, json);
  data.write(json);
  write(options.analog, json);
  write(options.run, json);
  return json;
}

/// Files of answers have room for those of one pass.
void check_passes(const EvalOptions& options, const EvaluationPlan& plan) {
  if ((options.predictions.empty() && options.logits.empty()) || plan.passes() == 1) return;
  throw UsageError(
      fmt::format("--predictions and --logits are for one energy and one seed, but this run has {} passes",
                  plan.passes()));
}

/// What a run gave, and of `--text` what each pass said.
struct Outcome {
  Evaluation evaluation;
  std::vector<Json> answers;
};

Outcome run_all(const EvalOptions& options, const Session& session, Network& network,
                const EvaluationPlan& plan) {
  PredictionFiles files(options.predictions, options.logits, network.graph());
  const auto reader = make_reader(session.data, network.graph(), options.run, options.analog.kind());
  Progress progress(static_cast<int64_t>(session.data.samples.size()) * plan.passes(), "samples",
                    options.output.quiet);
  Outcome outcome;
  outcome.evaluation = evaluate(network, *reader, *session.data.source, plan, progress,
                                [&](const SampleBatch& batch, std::span<const float> logits) {
                                  files.add(batch, logits);
                                  if (options.data.text.sentences.empty()) return;
                                  outcome.answers.push_back(answer_json(network.graph(), logits));
                                });
  files.commit();
  return outcome;
}

/// One energy's results lie at the top level; those of a sweep in `points`, and the top level's are null.
void add_points(const EvalOptions& options, const std::vector<PointReport>& points, Json& json) {
  if (options.analog.noise.energies.sweep.empty()) {
    write(points.front(), json);
    return;
  }
  write_nulls(json);
  for (std::size_t i = 0; i < points.size(); ++i) {
    Json point{{"energy", options.analog.noise.energies.sweep[i]}};
    write(points[i], point);
    json["points"].push_back(point);
  }
}

std::string text_of(const EvalOptions& options, const std::vector<PointReport>& points, int64_t samples,
                    double ms) {
  const std::string footer = fmt::format("{} samples, {:.3f} ms a sample\n", samples, ms);
  return (options.analog.noise.energies.sweep.empty() ? text_of(points.front()) : table_of(points)) + footer;
}

/// `text`, null but for `--text`; a list where there are several passes. `mean_tokens` of text.
void add_text(const Network& network, const std::vector<Json>& answers, Json& json) {
  json["mean_tokens"] = mean_tokens_json(network.graph());
  json["text"] = nullptr;
  if (answers.size() == 1) json["text"] = answers.front();
  if (answers.size() > 1) json["text"] = answers;
}

std::string text_of(const std::vector<Json>& answers, const PointReport& point) {
  std::string text;
  for (const auto& answer : answers) text += answer_text(answer);
  return point.energy ? text + text_of(*point.energy) : text;
}

void run(const EvalOptions& options) {
  options.analog.check();
  Session session = open_session(options.model, options.data);
  const NoiseOptions& noise = options.analog.noise;
  const EvaluationPlan plan{noise.points(analog_layers(session.graph)), noise.seed_list()};
  check_passes(options, plan);
  const AnalogSetup setup = set_up(options.analog, options.data, session, options.run, options.output.quiet);
  Network network(std::move(session.graph), network_options(options.analog, setup, options.run));
  const auto [evaluation, answers] = run_all(options, session, network, plan);

  const auto points = report_points(network, plan, evaluation, noise.wavelength_nm);
  const auto samples = static_cast<int64_t>(session.data.samples.size());
  auto json = result_json("eval", options_json(options, *session.data.source), session.weights_sha256,
                          thread_count(options.run.threads));
  json["samples"] = samples;
  add_points(options, points, json);
  json["macs"] = total_macs(network.layers());
  write(setup, json);
  json["arithmetic"] = network.arithmetic();
  json["ms_per_sample"] = evaluation.ms_per_sample();
  json["samples_per_second"] = 1000 / evaluation.ms_per_sample();
  add_text(network, answers, json);
  const std::string text = answers.empty() ? text_of(options, points, samples, evaluation.ms_per_sample())
                                           : text_of(answers, points.front());
  publish(options.output, text, json);
  notice_data(session, options.output);
  notice_calibration(setup, options.output);
}

}  // namespace

Work add_eval(OptionSet& set) {
  const auto options = std::make_shared<EvalOptions>();
  add_weights_option(set, options->model);
  add_network_options(set, options->model);
  add_run_options(set, options->run);
  add_data_options(set, options->data);
  add_analog_options(set, options->analog, {"none", "shot", "thermal", "weight"});
  add_sweep_options(set, options->analog.noise);
  add_arithmetic_option(set, options->analog.quantization);
  add_output_options(set, options->output);
  set.path({"--predictions", "FILE",
            "CSV: index, label, prediction, its probability (scores: index, score, prediction)"},
           options->predictions, FileRole::writes);
  set.path({"--logits", "FILE", "HDF5: /logits, float32 [samples, classes], or embeddings"}, options->logits,
           FileRole::writes);
  set.footer(
      "Energies are photons per MAC for shot noise, else multiples of the base energy. ms a sample is time "
      "in the "
      "network, decoding runs beside it. The interval is Wilson's 95 %, +- the standard deviation over "
      "seeds. In JSON a "
      "sweep's results are in `points`.\n\n"
      "Example:\n  dpac eval --weights resnet20.h5 --data cifar10/test --noise shot --energy 10 --seeds 5\n"
      "  dpac eval --weights bert/model.safetensors --data MNLI/dev_matched.tsv --task mnli\n"
      "  dpac eval --weights bert/model.safetensors --text 'A man sleeps.' --text 'Nobody is awake.'");
  return [options] { run(*options); };
}

}  // namespace dpac::cli
