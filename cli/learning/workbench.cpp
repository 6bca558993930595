#include "cli/learning/workbench.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "cli/answer.h"
#include "cli/energies_file.h"
#include "cli/evaluation.h"
#include "cli/learning/kept_setup.h"
#include "cli/learning/state_file.h"
#include "cli/support/interrupt.h"
#include "cli/support/machine.h"
#include "cli/support/progress.h"
#include "kernels/error.h"
#include "kernels/noise_key.h"
#include "loaders/sha256.h"
#include "loaders/training_order.h"

namespace dpac::cli {
namespace {

/// Ranges come from the training data, unless the user chose others.
WorkbenchOptions with_calibration(WorkbenchOptions options) {
  CalibrationOptions& calibration = options.analog.calibration;
  if (!options.analog.ranges_needed() || !calibration.file.empty() || !calibration.data.empty())
    return options;
  calibration.data = options.learning.train_data;
  calibration.labels = options.learning.train_labels;
  return options;
}

OpenedData open_training_data(const WorkbenchOptions& options, const Session& session) {
  DataOptions data = training_data_options(options.learning, options.data);
  OpenedData training = open_more(session, data);
  training.source->check_labels(output_channels(session.graph));
  return training;
}

}  // namespace

void WorkbenchOptions::check() const {
  analog.check();
  learning.check();
}

namespace {

constexpr const char* kCalibrationHelp = "Samples to calibrate on, preprocessed like --data [--train-data]";

/// What single networks and the rows of a table have in common, up to the kind of noise.
void add_common_options(OptionSet& set, WorkbenchOptions& options, const DataHelp& help) {
  add_network_options(set, options.model);
  add_run_options(set, options.run);
  add_data_options(set, options.data, help);
  add_learning_options(set, options.learning);
}

void add_quantizer_options(OptionSet& set, WorkbenchOptions& options) {
  add_bits_options(set, options.analog.quantization);
  add_arithmetic_option(set, options.analog.quantization);
  add_calibration_options(set, options.analog.calibration);
  add_calibration_data_option(set, options.analog.calibration, kCalibrationHelp);
}

}  // namespace

void add_workbench_options(OptionSet& set, WorkbenchOptions& options, const DataHelp& help) {
  add_common_options(set, options, help);
  add_noise_option(set, options.analog.noise, noisy_kinds());
  add_seed_option(set, options.analog.noise);
  add_seeds_options(set, options.analog.noise);
  add_quantizer_options(set, options);
  add_calibration_file_option(set, options.analog.calibration);
}

void add_table_workbench_options(OptionSet& set, WorkbenchOptions& options) {
  add_common_options(set, options, {});
  add_noise_constants(set, options.analog.noise);
  add_seed_option(set, options.analog.noise, "First seed of the searches");
  add_seeds_options(set, options.analog.noise,
                    "Number of searches with seeds S, S+1, ..., for the error bars");
  add_quantizer_options(set, options);
}

Workbench::Workbench(WorkbenchOptions options, std::filesystem::path folder, bool quiet)
    : options_(with_calibration(std::move(options))),
      folder_(std::move(folder)),
      quiet_(quiet),
      work_callback_(terminal_progress(quiet)),
      session_(open_session(options_.model, session_options())),
      training_(open_training_data(options_, session_)),
      layers_(paying_layers(analog_layers(session_.graph), options_.analog.kind())) {
  if (session_.graph.reads_text()) options_.learning.default_start = kTextStartEnergy;
  options_.learning.check_for(session_.graph.reads_text());
  options_.analog.noise.check_groups(layers_);
  const std::string start = options_.learning.start_in_force().file;
  if (!start.empty()) start_ = read_energies_file(start, layers_);
  if (has_data()) check_labels(session_);
  if (!has_data() || session_.data.source->targets() != TargetKind::none) return;
  if (answer_of(session_.graph) == Answer::embedding) {
    throw Error(fmt::format(
        "{}: gives embeddings, and {} has no scores to judge them by; give weights with a classifier",
        options_.model.weights, options_.data.data));
  }
  throw Error(fmt::format("{}: has no labels or scores to judge accuracy by", options_.data.data));
}

Measure Workbench::measure() const {
  return answer_of(session_.graph) == Answer::classes ? Measure::top1 : Measure::spearman;
}

void Workbench::add_remarks(Remarks& remarks) const {
  cli::add_remarks(session_, remarks);
  training_.source->add_remarks(remarks);
}

DataOptions Workbench::session_options() const {
  return has_data() ? options_.data : training_data_options(options_.learning, options_.data);
}

Json Workbench::learned_with() const {
  Json json{{"weights_sha256", session_.weights_sha256}, {"noise_stream", kStreamVersion}};
  write(options_.model, json);
  write(options_.analog, json);
  for (const char* other : {"weights", "wavelength_nm", "seed", "seeds", "arithmetic"}) json.erase(other);
  const std::string& ranges = options_.analog.calibration.file;
  if (!ranges.empty()) json["calibration_sha256"] = sha256_of_file(ranges);
  write(options_.learning, options_.analog.kind(), augmentation(), json);
  if (const std::string start = options_.learning.start_in_force().file; !start.empty()) {
    json.erase("start");
    json["start_sha256"] = sha256_of_file(start);
  }
  training_.source->write(json["training"]);
  json["training"]["samples"] = training_.samples.size();
  const TokenLengths& lengths = session_.graph.lengths;
  if (session_.graph.reads_text()) json["tokens"] = {lengths.mean, lengths.mean_square};
  return json;
}

Json Workbench::quantised_with() const {
  auto json = learned_with();
  for (const char* other :
       {"noise_stream", "method", "steps", "train_batch", "lr", "lambda", "start", "start_sha256", "images",
        "augment", "round_energy", "sigma_thermal", "sigma_weight", "dot_length"}) {
    json.erase(other);
  }
  return json;
}

Json Workbench::judged_by() const {
  Json json;
  session_.data.source->write(json);
  json["samples"] = session_.data.samples.size();
  json["arithmetic"] = options_.analog.quantization.arithmetic;
  return json;
}

Json Workbench::options_json() const {
  Json json;
  write(options_.model, json);
  session_.data.source->write(json);
  if (!has_data()) json["data"] = nullptr;
  write(options_.analog, json);
  write(options_.learning, options_.analog.kind(), augmentation(), json);
  write(options_.run, json);
  return json;
}

const AnalogSetup& Workbench::setup() {
  if (setup_) return *setup_;
  const auto make = [this] {
    return set_up(options_.analog, session_options(), session_, options_.run, quiet_);
  };
  const bool calibrates = options_.analog.ranges_needed() && options_.analog.calibration.file.empty();
  setup_ = calibrates ? kept_setup(StateFile(folder_, "ranges.json", quantised_with()), make) : make();
  return *setup_;
}

DifferentiatorOptions Workbench::differentiator_options(Derivative derivative) {
  return {.noise = options_.analog.kind(),
          .derivative = derivative,
          .batch = options_.learning.batch_in_force(),
          .threads = thread_count(options_.run.threads),
          .quantization = setup().quantization,
          .poll = stop_if_interrupted};
}

Differentiator& Workbench::differentiator() {
  if (!differentiator_) {
    differentiator_.emplace(session_.graph, differentiator_options(Derivative::gradient));
  }
  return *differentiator_;
}

Augmentation Workbench::augmentation() const {
  return options_.learning.no_augment ? Augmentation::none : training_.source->augmentation();
}

std::unique_ptr<SampleReader> Workbench::training_batches(uint64_t seed, int64_t first, int64_t count) const {
  return training_.source->read(session_.graph, training_order(training_.source->size(), seed, first, count),
                                {.batch = options_.learning.batch_in_force(),
                                 .threads = thread_count(options_.run.threads),
                                 .draws = {augmentation(), seed, first}});
}

void Workbench::check_learnable() const {
  const std::string& weights = options_.model.weights;
  if (answer_of(session_.graph) == Answer::embedding) {
    throw Error(fmt::format(
        "{}: gives embeddings; to learn energies, a network needs a classifier or a score", weights));
  }
  if (training_.source->targets() != TargetKind::none || options_.learning.closed_form()) return;
  throw Error(fmt::format("{}: has no labels to learn from", options_.learning.train_data));
}

ChannelValues Workbench::sensitivities(uint64_t seed) {
  Differentiator differentiator(session_.graph, differentiator_options(Derivative::sensitivity));
  NoiseConfig noise = options_.analog.noise.base();
  noise.seed = seed;
  SensitivityEstimate estimate(differentiator, noise);
  add_samples(seed, estimate);
  return estimate.sensitivities();
}

ChannelValues Workbench::noisy_sensitivities(uint64_t seed, const Energies& energies) {
  Differentiator differentiator(session_.graph, differentiator_options(Derivative::noisy_sensitivity));
  NoiseConfig noise = options_.analog.noise.base();
  noise.seed = seed;
  noise.energies = energies;
  SensitivityEstimate estimate(differentiator, noise);
  add_samples(seed, estimate);
  return estimate.shrunk_sensitivities();
}

void Workbench::add_samples(uint64_t seed, SensitivityEstimate& estimate) {
  const int64_t size = training_.source->size();
  const int64_t count = std::min(options_.learning.images_in_force(), size);
  const auto reader = training_.source->read(
      session_.graph, training_order(size, seed, 0, count),
      {.batch = options_.learning.batch_in_force(), .threads = thread_count(options_.run.threads)});
  Progress progress(count, "samples for sensitivities", work_callback_);
  while (const SampleBatch* batch = reader->next()) {
    stop_if_interrupted();
    estimate.add(batch->inputs, batch->samples);
    progress.advance(batch->n);
  }
}

Accuracy Workbench::evaluate_on_data(Network& network, const NoiseConfig& point,
                                     std::vector<uint64_t> seeds) {
  // A search may try energies so small that noise overflows; that the network is sound is seen without noise.
  const EvaluationPlan plan{{point}, std::move(seeds), /*overflow_is_wrong=*/point.kind != NoiseKind::none};
  const auto reader = make_reader(session_.data, network.graph(), options_.run, point.kind);
  Progress progress(std::ssize(session_.data.samples) * plan.passes(), "samples", work_callback_);
  const Evaluation evaluation = evaluate({network}, *reader, *session_.data.source, plan, progress);
  Accuracy accuracy = accuracy_of(evaluation, 0, network.fused_graph().classes());
  if (accuracy.measure != Measure::none) return accuracy;
  throw Error(fmt::format("{}: embeddings of single sentences have no accuracy", options_.data.data));
}

Accuracy Workbench::accuracy(const Energies& energies, uint64_t seed, int seeds) {
  if (!network_) {
    network_.emplace(session_.graph, network_options(options_.analog, setup(), options_.run));
  }
  NoiseConfig point = options_.analog.noise.base();
  point.energies = energies;
  std::vector<uint64_t> list;
  for (int i = 0; i < seeds; ++i) list.push_back(seed + static_cast<uint64_t>(i));
  return evaluate_on_data(*network_, point, std::move(list));
}

Accuracy Workbench::accuracy_without_noise(const Quantization& quantization) {
  Network network(session_.graph, {.batch = options_.run.batch,
                                   .threads = thread_count(options_.run.threads),
                                   .quantization = quantization,
                                   .arithmetic = options_.analog.quantization.product_arithmetic(),
                                   .poll = stop_if_interrupted});
  return evaluate_on_data(network, NoiseConfig{}, {});
}

}  // namespace dpac::cli
