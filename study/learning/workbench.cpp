#include "study/learning/workbench.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/sha256.h"
#include "loaders/training_order.h"
#include "study/data/answer.h"
#include "study/energies/energies_file.h"
#include "study/evaluation/pass_accuracy.h"
#include "study/evaluation/passes.h"
#include "study/learning/kept_setup.h"
#include "study/learning/state_file.h"
#include "study/settings/settings_json.h"
#include "study/support/machine.h"
#include "study/support/progress.h"

namespace dpac {
namespace {

/// Ranges come from the training data, unless the user chose others.
WorkbenchSettings with_calibration(WorkbenchSettings settings) {
  CalibrationSettings& calibration = settings.analog.calibration;
  const bool chosen =
      !calibration.file.empty() || !calibration.data.empty() || calibration.arrays || calibration.ranges;
  if (!settings.analog.ranges_needed() || chosen) return settings;
  calibration.data = settings.learning.train_data;
  calibration.labels = settings.learning.train_labels;
  calibration.arrays = settings.learning.train_arrays;
  return settings;
}

DataSettings data_or_training_data(const WorkbenchSettings& settings) {
  return settings.data.any() ? settings.data : training_data_settings(settings.learning, settings.data);
}

/// Without samples to judge by, the training set says how large images and how long texts are.
Session open_judged(const WorkbenchSettings& settings) {
  const DataSettings data = judging_data_settings(settings.learning, data_or_training_data(settings));
  return open_session(settings.model, data, settings.run.poll);
}

OpenedData open_training_data(const WorkbenchSettings& settings, const Session& session) {
  DataSettings data = training_data_settings(settings.learning, settings.data);
  OpenedData training = open_more(session, data);
  training.source->check_labels(output_channels(session.graph));
  return training;
}

}  // namespace

Workbench::Workbench(WorkbenchSettings settings, std::filesystem::path folder)
    : settings_(with_calibration(std::move(settings))),
      folder_(std::move(folder)),
      session_(open_judged(settings_)),
      training_(open_training_data(settings_, session_)),
      layers_(paying_layers(analog_layers(session_.graph), settings_.analog.kind())) {
  if (session_.graph.reads_text()) settings_.learning.default_start = kTextStartEnergy;
  settings_.learning.check_for(session_.graph.reads_text());
  settings_.analog.noise.check_groups(layers_);
  const std::string start = settings_.learning.start_in_force().file;
  if (!start.empty()) start_ = read_energies_file(start, layers_);
  if (has_data()) check_labels(session_);
  if (!has_data() || session_.data.source->targets() != TargetKind::none) return;
  if (answer_of(session_.graph) == Answer::embedding) {
    throw Error(fmt::format(
        "{}: gives embeddings, and {} has no scores to judge them by; give weights with a classifier",
        settings_.model.weights, settings_.data.data));
  }
  throw Error(fmt::format("{}: has no labels or scores to judge accuracy by", settings_.data.data));
}

Progress Workbench::begin(int64_t total, std::string unit) const {
  return {total, std::move(unit), settings_.run.progress, settings_.run.poll};
}

void Workbench::poll() const {
  if (settings_.run.poll) settings_.run.poll();
}

Measure Workbench::measure() const {
  return answer_of(session_.graph) == Answer::classes ? Measure::top1 : Measure::spearman;
}

void Workbench::add_remarks(Remarks& remarks) const {
  dpac::add_remarks(session_, remarks);
  training_.source->add_remarks(remarks);
}

EnergiesMadeWith Workbench::energies_made_with(uint64_t seed) const {
  EnergiesMadeWith made{{quantizers_made_with(), seed}};
  made.augmentation = augmentation();
  if (const std::string start = settings_.learning.start_in_force().file; !start.empty())
    made.start_sha256 = sha256_of_file(start);
  return made;
}

QuantizersMadeWith Workbench::quantizers_made_with() const {
  QuantizersMadeWith made{.weights_sha256 = session_.weights_sha256,
                          .model = settings_.model,
                          .analog = settings_.analog,
                          .learning = settings_.learning};
  if (const std::string& ranges = settings_.analog.calibration.file; !ranges.empty())
    made.calibration_sha256 = sha256_of_file(ranges);
  training_.source->write(made.training);
  made.training["samples"] = training_.samples.size();
  if (session_.graph.reads_text()) made.tokens = session_.graph.lengths;
  return made;
}

Json Workbench::judged_by() const {
  Json json;
  session_.data.source->write(json);
  json["samples"] = session_.data.samples.size();
  json["arithmetic"] = settings_.analog.quantization.arithmetic;
  return json;
}

Json Workbench::settings_json() const {
  Json json;
  write(settings_.model, json);
  session_.data.source->write(json);
  if (!has_data()) json["data"] = nullptr;
  write(settings_.analog, json);
  write(settings_.learning, settings_.analog.kind(), augmentation(), json);
  write(settings_.run, json);
  return json;
}

const AnalogSetup& Workbench::setup() {
  if (setup_) return *setup_;
  const auto make = [this] {
    return set_up(settings_.analog, data_or_training_data(settings_), session_, settings_.run);
  };
  const bool calibrates = settings_.analog.ranges_needed() && settings_.analog.calibration.file.empty();
  setup_ = calibrates ? kept_setup(StateFile(folder_, "ranges.json", quantizers_made_with().json()), make)
                      : make();
  return *setup_;
}

DifferentiatorOptions Workbench::differentiator_options(Derivative derivative) {
  return {.noise = settings_.analog.kind(),
          .derivative = derivative,
          .batch = settings_.learning.batch_in_force(),
          .threads = thread_count(settings_.run.threads),
          .quantization = setup().quantization,
          .poll = settings_.run.poll};
}

Differentiator& Workbench::differentiator() {
  if (!differentiator_) {
    differentiator_.emplace(session_.graph, differentiator_options(Derivative::gradient));
  }
  return *differentiator_;
}

Augmentation Workbench::augmentation() const {
  return settings_.learning.no_augment ? Augmentation::none : training_.source->augmentation();
}

std::unique_ptr<SampleReader> Workbench::training_batches(uint64_t seed, int64_t first, int64_t count) const {
  return training_.source->read(session_.graph, training_order(training_.source->size(), seed, first, count),
                                {.batch = settings_.learning.batch_in_force(),
                                 .threads = thread_count(settings_.run.threads),
                                 .draws = {augmentation(), seed, first}});
}

void Workbench::check_learnable() const {
  const std::string& weights = settings_.model.weights;
  if (answer_of(session_.graph) == Answer::embedding) {
    throw Error(fmt::format(
        "{}: gives embeddings; to learn energies, a network needs a classifier or a score", weights));
  }
  if (training_.source->targets() != TargetKind::none || settings_.learning.closed_form()) return;
  throw Error(fmt::format("{}: has no labels to learn from", settings_.learning.train_data));
}

ChannelValues Workbench::sensitivities(uint64_t seed) {
  Differentiator differentiator(session_.graph, differentiator_options(Derivative::sensitivity));
  NoiseConfig noise = settings_.analog.noise.base();
  noise.seed = seed;
  SensitivityEstimate estimate(differentiator, noise);
  add_samples(seed, estimate);
  return estimate.sensitivities();
}

ChannelValues Workbench::noisy_sensitivities(uint64_t seed, const Energies& energies) {
  Differentiator differentiator(session_.graph, differentiator_options(Derivative::noisy_sensitivity));
  NoiseConfig noise = settings_.analog.noise.base();
  noise.seed = seed;
  noise.energies = energies;
  SensitivityEstimate estimate(differentiator, noise);
  add_samples(seed, estimate);
  return estimate.shrunk_sensitivities();
}

void Workbench::add_samples(uint64_t seed, SensitivityEstimate& estimate) {
  const int64_t size = training_.source->size();
  const int64_t count = std::min(settings_.learning.images_in_force(), size);
  const auto reader = training_.source->read(
      session_.graph, training_order(size, seed, 0, count),
      {.batch = settings_.learning.batch_in_force(), .threads = thread_count(settings_.run.threads)});
  Progress progress = begin(count, "samples for sensitivities");
  while (const SampleBatch* batch = reader->next()) {
    progress.check();
    estimate.add(batch->inputs, batch->samples);
    progress.advance(batch->n);
  }
}

Accuracy Workbench::evaluate_on_data(Network& network, const NoiseConfig& point,
                                     std::vector<uint64_t> seeds) {
  // A search may try energies so small that noise overflows; that the network is sound is seen without noise.
  const EvaluationPlan plan{{point}, std::move(seeds), /*overflow_is_wrong=*/point.kind != NoiseKind::none};
  const auto reader = make_reader(session_.data, network.graph(), settings_.run, point.kind);
  Progress progress = begin(std::ssize(session_.data.samples) * plan.passes(), "samples");
  const PassTallies evaluation = run_passes({network}, *reader, *session_.data.source, plan, progress);
  Accuracy accuracy = accuracy_of(evaluation, 0, network.classes());
  if (accuracy.measure != Measure::none) return accuracy;
  throw Error(fmt::format("{}: embeddings of single sentences have no accuracy", settings_.data.data));
}

Accuracy Workbench::accuracy(const Energies& energies, uint64_t seed, int seeds) {
  if (!network_) {
    network_.emplace(session_.graph, network_options(settings_.analog, setup(), settings_.run));
  }
  NoiseConfig point = settings_.analog.noise.base();
  point.energies = energies;
  std::vector<uint64_t> list;
  for (int i = 0; i < seeds; ++i) list.push_back(seed + static_cast<uint64_t>(i));
  return evaluate_on_data(*network_, point, std::move(list));
}

Accuracy Workbench::accuracy_without_noise(const Quantization& quantization) {
  Network network(session_.graph, {.batch = settings_.run.batch,
                                   .threads = thread_count(settings_.run.threads),
                                   .quantization = quantization,
                                   .arithmetic = settings_.analog.quantization.product_arithmetic(),
                                   .poll = settings_.run.poll});
  return evaluate_on_data(network, NoiseConfig{}, {});
}

}  // namespace dpac
