/// @file
/// `dpac eval`: accuracy on a data set, clean or noisy, at one energy or several.

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
#include "cli/support/interrupt.h"
#include "cli/support/terminal_progress.h"
#include "cli/support/text_table.h"
#include "cli/support/usage_error.h"
#include "cli/text/answer_text.h"
#include "cli/text/point_text.h"
#include "engine/network.h"
#include "kernels/error.h"
#include "study/calibration/analog_setup.h"
#include "study/calibration/analog_setup_json.h"
#include "study/evaluation/accuracy_text.h"
#include "study/evaluation/evaluation.h"
#include "study/evaluation/evaluation_json.h"
#include "study/evaluation/point_report.h"
#include "study/evaluation/prediction_files.h"
#include "study/evaluation/sanity_remarks.h"
#include "study/evaluation/text_answer.h"
#include "study/session/session.h"
#include "study/settings/settings_json.h"
#include "study/support/json.h"
#include "study/support/machine.h"
#include "study/support/printable.h"
#include "study/support/result_json.h"

namespace dpac::cli {
namespace {

constexpr std::size_t kFewLayers = 12;  // Up to which the ledger is printed anyway.

struct EvalOptions {
  ModelSettings model;
  DataSettings data;
  AnalogSettings analog;
  RunSettings run;
  OutputOptions output;
  std::string predictions, logits;
  bool ledger = false, no_baseline = false;
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

bool is_exact(const Quantization& quantization) {
  return !quantization.weight_bits && !quantization.activation_bits;
}

/// Neither noise nor quantisers: what losses are measured against, where there is anything to lose.
std::optional<Network> make_baseline(const EvalOptions& options, const Session& session,
                                     const AnalogSetup& setup) {
  const bool exact = options.analog.kind() == NoiseKind::none && is_exact(setup.quantization);
  if (exact || options.no_baseline || session.data.source->targets() != TargetKind::label)
    return std::nullopt;
  return Network(
      session.graph,
      {.batch = options.run.batch, .threads = thread_count(options.run.threads), .poll = options.run.poll});
}

Outcome run_all(const EvalOptions& options, const Session& session, const EvaluatedNetworks& networks,
                const EvaluationPlan& plan) {
  const Graph& graph = networks.network.graph();
  const HeldInterrupts held;
  PredictionFiles files(options.predictions, options.logits, graph);
  const auto reader = make_reader(session.data, graph, options.run, options.analog.kind());
  const int64_t passes = plan.passes() + (networks.baseline == nullptr ? 0 : 1);
  Progress progress(static_cast<int64_t>(session.data.samples.size()) * passes, "samples",
                    options.run.progress, options.run.poll);
  Outcome outcome;
  outcome.evaluation = evaluate(networks, *reader, *session.data.source, plan, progress,
                                [&](const SampleBatch& batch, std::span<const float> logits) {
                                  files.add(batch, logits);
                                  if (options.data.text.sentences.empty()) return;
                                  outcome.answers.push_back(answer_json(graph, logits));
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

/// `text`, null but for `--text`; a list where there are several passes. `mean_tokens` of text.
void add_text(const Network& network, const std::vector<Json>& answers, Json& json) {
  json["mean_tokens"] = mean_tokens(network.graph());
  json["text"] = nullptr;
  if (answers.size() == 1) json["text"] = answers.front();
  if (answers.size() > 1) json["text"] = answers;
}

std::string bits_text(const std::optional<double>& bits) {
  return bits ? fmt::format("{} bits", *bits) : "float32";
}

/// "shot, seeds 0 ... 4", "none".
std::string noise_text(const NoiseSettings& noise) {
  if (noise.kind() == NoiseKind::none) return "none";
  const uint64_t last = noise.seed + static_cast<uint64_t>(noise.seeds - 1);
  if (noise.seeds == 1) return fmt::format("{}, seed {}", noise.noise, noise.seed);
  return fmt::format("{}, seeds {} ... {}", noise.noise, noise.seed, last);
}

/// What was run: a result without it is worth nothing tomorrow.
std::string setting_text(const EvalOptions& options, const Session& session, const AnalogSetup& setup,
                         const Network& network) {
  const DataSource& data = *session.data.source;
  const auto samples = static_cast<int64_t>(session.data.samples.size());
  const std::string part = samples == data.size() ? "" : fmt::format(" of {}", with_thousands(data.size()));
  return fmt::format(
      "network {}, {}\ndata    {}, {}{} samples\ninput   {}\nnoise   {}\nvalues  weights {}, activations "
      "{}; computed "
      "in {}\n",
      network.graph().architecture, options.model.weights, options.data.data, with_thousands(samples), part,
      data.preprocessing(), noise_text(options.analog.noise), bits_text(setup.quantization.weight_bits),
      bits_text(setup.quantization.activation_bits), network.arithmetic());
}

/// Accuracies of the plan's points, and what they are measured against.
std::string result_text(const EvalOptions& options, const std::vector<PointReport>& points,
                        const std::optional<Accuracy>& noise_free) {
  const bool sweep = !options.analog.noise.energies.sweep.empty();
  std::string text =
      noise_free ? fmt::format("clean   {} without noise and quantisers\n", percent(*noise_free)) : "";
  if (sweep) text += '\n';
  return text + (sweep ? table_of(points) + '\n' : text_of(points.front()));
}

std::string text_of(const std::vector<Json>& answers, const PointReport& point) {
  std::string text;
  for (const auto& answer : answers) text += answer_text(answer);
  return point.energy ? text + text_of(*point.energy) : text;
}

bool ledger_wanted(const EvalOptions& options, const std::vector<PointReport>& points) {
  if (!points.front().energy || points.size() > 1) return false;
  return options.ledger || points.front().energy->ledger.layers.size() <= kFewLayers;
}

/// The pass without noise or quantisers, or null.
const PointTally* exact_pass(const EvalOptions& options, const AnalogSetup& setup,
                             const Evaluation& evaluation) {
  if (evaluation.noise_free) return &*evaluation.noise_free;
  const bool exact = options.analog.kind() == NoiseKind::none && is_exact(setup.quantization);
  return exact ? &evaluation.points.front() : nullptr;
}

Remarks remarks_of(const EvalOptions& options, const Session& session, const AnalogSetup& setup,
                   const Graph& graph, const Evaluation& evaluation) {
  Remarks remarks;
  add_remarks(session, remarks);
  add_remarks(setup, remarks);
  const DataSource& data = *session.data.source;
  const PointTally* exact = exact_pass(options, setup, evaluation);
  if (exact != nullptr && data.targets() == TargetKind::label) {
    std::vector<std::string> names = data.class_names();
    if (names.empty()) names = graph.class_names;
    add_sanity_remarks(*exact, output_channels(graph), names, remarks);
  }
  return remarks;
}

void run(EvalOptions& options) {
  options.analog.check();
  options.run = watched(options.run, options.output.quiet);
  Session session = open_session(options.model, options.data, options.run.poll);
  check_labels(session);
  const NoiseSettings& noise = options.analog.noise;
  const EvaluationPlan plan{noise.points(analog_layers(session.graph)), noise.seed_list()};
  check_passes(options, plan);
  const AnalogSetup setup = set_up(options.analog, options.data, session, options.run);
  std::optional<Network> baseline = make_baseline(options, session, setup);
  Network network(std::move(session.graph), network_options(options.analog, setup, options.run));
  const auto [evaluation, answers] =
      run_all(options, session, {network, baseline ? &*baseline : nullptr}, plan);

  const auto points = report_points(network, plan, evaluation, noise.wavelength_nm);
  std::optional<Accuracy> noise_free;
  if (baseline) noise_free = noise_free_accuracy(evaluation, network.fused_graph().classes());
  auto json = result_json("eval", options_json(options, *session.data.source), session.weights_sha256,
                          thread_count(options.run.threads));
  json["samples"] = session.data.samples.size();
  add_points(options, points, json);
  json["noise_free_top1"] = noise_free ? value_json(*noise_free) : nullptr;
  json["macs"] = total_macs(network.layers());
  write(setup, json);
  json["arithmetic"] = network.arithmetic();
  json["ms_per_sample"] = evaluation.ms_per_sample();
  json["samples_per_second"] = 1000 / evaluation.ms_per_sample();
  add_text(network, answers, json);
  json["truncated_samples"] = or_null(session.data.source->truncated(session.data.samples));
  std::string text = answers.empty() ? setting_text(options, session, setup, network) +
                                           result_text(options, points, noise_free)
                                     : text_of(answers, points.front());
  if (answers.empty())
    text += fmt::format("time    {:.3f} ms a sample and pass\n", evaluation.ms_per_sample());
  if (ledger_wanted(options, points)) text += '\n' + ledger_text(*points.front().energy);
  publish(options.output, remarks_of(options, session, setup, network.graph(), evaluation), text, json);
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
  set.flag({"--ledger", "", fmt::format("Print every layer's energy [for at most {} layers]", kFewLayers)},
           options->ledger);
  set.flag({"--no-baseline", "",
            "Do not run the network without noise and quantisers beside, which losses are measured against"},
           options->no_baseline);
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
