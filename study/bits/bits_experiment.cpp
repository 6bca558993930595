#include "study/bits/bits_experiment.h"

#include <algorithm>

#include "engine/noise/noise_bits.h"
#include "study/evaluation/pass_accuracy.h"
#include "study/evaluation/report_points.h"
#include "study/support/machine.h"

namespace dpac {
namespace {

constexpr double kOtherBits = 8;  // Of sums, pools and the input in the experiment.
constexpr int kMeterBatch = 8 * PrecisionMeter::kTogether;

/// Some of the session's samples, spread evenly.
std::vector<int64_t> part_of(const std::vector<int64_t>& samples, int64_t count) {
  std::vector<int64_t> part = evenly_spaced(static_cast<int64_t>(samples.size()), count);
  for (int64_t& sample : part) sample = samples[static_cast<std::size_t>(sample)];
  return part;
}

/// 0 where there is no noise. A noise that swamps the range leaves less than the two levels a quantiser
/// needs.
std::vector<int64_t> levels_of(const std::vector<LayerPrecision>& layers) {
  std::vector<int64_t> levels;
  for (const LayerPrecision& layer : layers)
    levels.push_back(layer.levels ? std::max<int64_t>(*layer.levels, 2) : 0);
  return levels;
}

}  // namespace

BitsExperiment::BitsExperiment(const BitsInputs& inputs, EvaluationPlan plan, int64_t measured)
    : inputs_(inputs), plan_(std::move(plan)), measured_(part_of(inputs.session.data.samples, measured)) {}

Network BitsExperiment::compile(NetworkOptions options) const {
  options.batch = inputs_.run.batch;
  options.threads = thread_count(inputs_.run.threads);
  options.poll = inputs_.run.poll;
  return {inputs_.session.graph, options};
}

std::vector<BitsPoint> BitsExperiment::run() const {
  const auto points = static_cast<int64_t>(plan_.points.size());
  const auto samples = static_cast<int64_t>(inputs_.session.data.samples.size());
  Progress progress(samples * (plan_.passes() + points) + measured_samples() * points, "samples",
                    inputs_.run.progress, inputs_.run.poll);
  const NetworkOptions noise = network_options(inputs_.analog, inputs_.setup, inputs_.run);
  NetworkOptions observed = noise;
  observed.keep_pre_activations = true;

  Network noisy = compile(noise);
  const PassTallies evaluation = evaluate_on_all(noisy, plan_, progress);
  const auto reports = report_points(noisy, plan_, evaluation, inputs_.analog.noise.wavelength_nm);
  Network clean_observed = compile({.keep_pre_activations = true}), noisy_observed = compile(observed);
  std::vector<BitsPoint> results;
  for (std::size_t p = 0; p < plan_.points.size(); ++p) {
    noisy_observed.set_noise(plan_.points[p]);
    std::vector<LayerPrecision> layers = measure(clean_observed, noisy_observed, progress);
    Accuracy equal_bits = with_equal_bits(layers, progress);
    results.push_back({reports[p], std::move(layers), std::move(equal_bits)});
  }
  return results;
}

PassTallies BitsExperiment::evaluate_on_all(Network& network, const EvaluationPlan& plan,
                                            Progress& progress) const {
  const OpenedData& data = inputs_.session.data;
  const auto reader = make_reader(data, network.graph(), inputs_.run, plan.points.front().kind);
  return run_passes({network}, *reader, *data.source, plan, progress);
}

std::vector<LayerPrecision> BitsExperiment::measure(Network& clean, Network& noisy,
                                                    Progress& progress) const {
  const OpenedData& data = inputs_.session.data;
  const auto reader = data.source->read(clean.graph(), measured_,
                                        {.batch = kMeterBatch, .threads = thread_count(inputs_.run.threads)});
  PrecisionMeter meter(clean, noisy);
  while (const SampleBatch* batch = reader->next()) {
    progress.check();
    meter.add(batch->inputs, batch->samples);
    progress.advance(batch->n);
  }
  return meter.result(inputs_.setup.quantization.ranges);
}

Accuracy BitsExperiment::with_equal_bits(const std::vector<LayerPrecision>& layers,
                                         Progress& progress) const {
  Quantization quantization = inputs_.setup.quantization;
  quantization.activation_bits = kOtherBits;
  quantization.output_levels = levels_of(layers);
  Network network = compile({.quantization = std::move(quantization),
                             .arithmetic = inputs_.analog.quantization.product_arithmetic()});
  const PassTallies evaluation = evaluate_on_all(network, {{NoiseConfig{}}, {}}, progress);
  return accuracy_of(evaluation, 0, network.classes());
}

}  // namespace dpac
