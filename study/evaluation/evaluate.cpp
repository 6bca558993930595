#include "study/evaluation/evaluate.h"

#include <span>
#include <utility>

#include <fmt/format.h>

#include "engine/network.h"
#include "study/calibration/analog_setup.h"
#include "study/calibration/analog_setup_json.h"
#include "study/evaluation/evaluate_session.h"
#include "study/evaluation/evaluation_json.h"
#include "study/evaluation/pass_accuracy.h"
#include "study/evaluation/passes.h"
#include "study/evaluation/prediction_files.h"
#include "study/evaluation/report_points.h"
#include "study/evaluation/sanity_remarks.h"
#include "study/evaluation/tally.h"
#include "study/evaluation/text_answer.h"
#include "study/options/analog_options.h"
#include "study/options/check_values.h"
#include "study/options/data_options.h"
#include "study/options/model_options.h"
#include "study/options/noise_options.h"
#include "study/settings/setting_error.h"
#include "study/settings/settings_json.h"
#include "study/support/json.h"
#include "study/support/machine.h"
#include "study/support/progress.h"
#include "study/support/result_json.h"

namespace dpac {
namespace {

/// Files of answers have room for those of one pass.
void check_passes(const EvaluationSettings& settings, const EvaluationPlan& plan) {
  if ((settings.predictions.empty() && settings.logits.empty()) || plan.passes() == 1) return;
  throw SettingError(
      fmt::format("--predictions and --logits are for one energy and one seed, but this run has {} passes",
                  plan.passes()));
}

bool is_exact(const Quantization& quantization) {
  return !quantization.weight_bits && !quantization.activation_bits;
}

/// A session's data under a network, which may have its graph.
class EvaluationRun {
 public:
  EvaluationRun(const EvaluationSettings& settings, const Session& session)
      : settings_(settings),
        session_(session),
        plan_{settings.analog.noise.points(analog_layers(session.graph)), settings.analog.noise.seed_list()} {
    check_passes(settings_, plan_);
    setup_ = set_up(settings_.analog, settings_.data, session_, settings_.run);
    baseline_ = make_baseline();
  }

  Evaluation run(const Graph& graph) {
    Network network(graph, network_options(settings_.analog, setup_, settings_.run));
    const PassTallies tallies = run_passes(network);
    Evaluation result;
    result.points = report_points(network, plan_, tallies, settings_.analog.noise.wavelength_nm);
    if (baseline_) result.noise_free = noise_free_accuracy(tallies, network.classes());
    result.samples = std::ssize(session_.data.samples);
    result.ms_per_sample = tallies.ms_per_sample();
    result.architecture = network.graph().architecture;
    result.arithmetic = network.arithmetic();
    result.preprocessing = session_.data.source->preprocessing();
    result.data_size = session_.data.source->size();
    result.quantization = setup_.quantization;
    for (const Json& answer : answers_) result.answers.emplace_back(answer);
    result.remarks = remarks(network.graph(), tallies);
    result.document = Document(json(network, result), result.remarks);
    return result;
  }

 private:
  [[nodiscard]] bool all_exact() const {
    return settings_.analog.kind() == NoiseKind::none && is_exact(setup_.quantization);
  }

  /// Neither noise nor quantisers: what losses are measured against, where there is anything to lose.
  [[nodiscard]] std::optional<Network> make_baseline() const {
    if (all_exact() || !settings_.baseline || session_.data.source->targets() != TargetKind::label)
      return std::nullopt;
    return Network(session_.graph, {.batch = settings_.run.batch,
                                    .threads = thread_count(settings_.run.threads),
                                    .poll = settings_.run.poll});
  }

  PassTallies run_passes(Network& network) {
    const Graph& graph = network.graph();
    if (settings_.run.poll)
      settings_.run.poll();  // Who is asked before files are begun may leave none behind.
    PredictionFiles files(settings_.predictions, settings_.logits, graph);
    const auto reader = make_reader(session_.data, graph, settings_.run, settings_.analog.kind());
    const int64_t passes = plan_.passes() + (baseline_ ? 1 : 0);
    Progress progress(std::ssize(session_.data.samples) * passes, "samples", settings_.run.progress,
                      settings_.run.poll);
    PassTallies tallies =
        dpac::run_passes({network, baseline_ ? &*baseline_ : nullptr}, *reader, *session_.data.source, plan_,
                         progress, [&](const SampleBatch& batch, std::span<const float> logits) {
                           files.add(batch, logits);
                           if (settings_.data.text.sentences.empty()) return;
                           answers_.push_back(answer_json(graph, logits));
                         });
    files.commit();
    return tallies;
  }

  [[nodiscard]] Remarks remarks(const Graph& graph, const PassTallies& tallies) const {
    Remarks remarks;
    add_remarks(session_, remarks);
    add_remarks(setup_, remarks);
    const DataSource& data = *session_.data.source;
    const PointTally* exact = all_exact() ? &tallies.points.front() : nullptr;
    if (tallies.noise_free) exact = &*tallies.noise_free;
    if (exact == nullptr || data.targets() != TargetKind::label) return remarks;
    std::vector<std::string> names = data.class_names();
    if (names.empty()) names = graph.class_names;
    add_sanity_remarks(*exact, output_channels(graph), names, remarks);
    return remarks;
  }

  [[nodiscard]] Json options_json() const {
    Json json;
    write(settings_.model, json);
    session_.data.source->write(json);
    write(settings_.analog, json);
    write(settings_.run, json);
    return json;
  }

  /// One energy's results lie at the top level; those of a sweep in `points`, and the top level's are null.
  void add_points(const std::vector<PointReport>& points, Json& json) const {
    const std::vector<double>& sweep = settings_.analog.noise.energies.sweep;
    if (sweep.empty()) return write(points.front(), json);
    write_nulls(json);
    for (std::size_t i = 0; i < points.size(); ++i) {
      Json point{{"energy", sweep[i]}};
      write(points[i], point);
      json["points"].push_back(point);
    }
  }

  [[nodiscard]] Json json(const Network& network, const Evaluation& result) const {
    Json json =
        result_json("eval", options_json(), session_.weights_sha256, thread_count(settings_.run.threads));
    json["samples"] = result.samples;
    add_points(result.points, json);
    json["noise_free_top1"] = result.noise_free ? value_json(*result.noise_free) : nullptr;
    json["macs"] = total_macs(network.layers());
    write(setup_, json);
    json["arithmetic"] = network.arithmetic();
    json["ms_per_sample"] = result.ms_per_sample;
    json["samples_per_second"] = 1000 / result.ms_per_sample;
    json["mean_tokens"] = mean_tokens(network.graph());
    json["text"] = nullptr;
    if (answers_.size() == 1) json["text"] = answers_.front();
    if (answers_.size() > 1) json["text"] = answers_;
    json["truncated_samples"] = or_null(session_.data.source->truncated(session_.data.samples));
    return json;
  }

  const EvaluationSettings& settings_;
  const Session& session_;
  EvaluationPlan plan_;
  AnalogSetup setup_;
  std::optional<Network> baseline_;
  std::vector<Json> answers_;  // Of sentences, one for each pass.
};

}  // namespace

void add_options(OptionSet& set, EvaluationSettings& settings) {
  add_weights_option(set, settings.model);
  add_network_options(set, settings.model);
  add_run_options(set, settings.run);
  add_data_options(set, settings.data);
  add_analog_options(set, settings.analog, all_kinds());
  add_sweep_options(set, settings.analog.noise);
  add_arithmetic_option(set, settings.analog.quantization);
}

Evaluation evaluate(const EvaluationSettings& settings) {
  check_values(settings);
  settings.analog.check();
  Session session = open_session(settings.model, settings.data, settings.run.poll);
  check_labels(session);
  EvaluationRun run(settings, session);
  return run.run(session.graph);
}

Evaluation evaluate(const Session& session, const EvaluationSettings& settings) {
  check_values(settings);
  settings.analog.check();
  check_labels(session);
  return EvaluationRun(settings, session).run(session.graph);
}

}  // namespace dpac
