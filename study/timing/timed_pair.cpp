#include "study/timing/timed_pair.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "engine/noise/calibrate.h"
#include "engine/noise/noise_models.h"
#include "kernels/error.h"
#include "learn/differentiator.h"
#include "study/metrics/statistics.h"
#include "study/support/machine.h"

namespace dpac {
namespace {

/// Calibrated on the inputs that are timed.
Quantization quantization_of(const TimingSettings& settings, const Graph& graph, const TimedInputs& inputs) {
  const NoiseKind noise = settings.noise.kind();
  Quantization quantization;
  quantization.weight_bits = settings.quantization.weights(noise);
  quantization.activation_bits = settings.quantization.activations(noise);
  if (quantization.activation_bits || noise_traits(noise).needs_ranges) {
    quantization.ranges = calibrate(graph, CalibrationMethod::ema, thread_count(settings.run.threads),
                                    [&](const BatchVisitor& visit) { visit(inputs.inputs()); });
  }
  return quantization;
}

TimedNetwork make(const TimingSettings& settings, const Graph& graph, const TimedInputs& inputs,
                  NetworkOptions compile) {
  compile.batch = settings.run.batch;
  compile.threads = thread_count(settings.run.threads);
  const std::size_t logits = inputs.samples().size() * static_cast<std::size_t>(output_channels(graph));
  return {Network(graph, compile), std::vector<float>(logits)};
}

TimedNetwork make_noisy(const TimingSettings& settings, const Graph& graph, const TimedInputs& inputs) {
  const NetworkOptions compile{.noise = settings.noise.kind(),
                               .quantization = quantization_of(settings, graph, inputs),
                               .arithmetic = settings.quantization.product_arithmetic()};
  return make(settings, graph, inputs, compile);
}

void check_finite(const TimedNetwork& timed, const char* kind) {
  const auto finite = [](float v) { return std::isfinite(v); };
  if (std::all_of(timed.logits.begin(), timed.logits.end(), finite)) return;
  throw Error(fmt::format("the {} network gives logits that are not finite", kind));
}

template <class Work>
double ms_per_sample(const Work& work, std::size_t samples) {
  const auto start = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - start;
  return time.count() / static_cast<double>(samples);
}

RoundTimes times_of(const std::vector<double>& ms) {
  return {median(ms), relative_spread(ms)};
}

double median_ratio(const std::vector<double>& numerators, const std::vector<double>& denominators) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < numerators.size(); ++i) ratios.push_back(numerators[i] / denominators[i]);
  return median(std::move(ratios));
}

}  // namespace

TimedPair::TimedPair(const TimingSettings& settings, const Graph& graph, TimedInputs inputs, Arithmetic clean)
    : inputs_(std::move(inputs)),
      clean_(make(settings, graph, inputs_, {.arithmetic = clean})),
      noise_(settings.noise.points(clean_.network.layers()).front()) {
  if (settings.learning) {
    const DifferentiatorOptions compile{.noise = settings.noise.kind(),
                                        .batch = settings.run.batch,
                                        .threads = thread_count(settings.run.threads),
                                        .quantization = quantization_of(settings, graph, inputs_)};
    learning_.emplace(graph, compile, noise_);
  } else {
    noisy_.emplace(make_noisy(settings, graph, inputs_));
    noisy_->network.set_noise(noise_);
  }
}

std::string_view TimedPair::arithmetic() const {
  return noisy_ ? noisy_->network.arithmetic() : "float32";
}

PairTimes TimedPair::measure(const TimingSettings& settings, Progress& progress) {
  check();
  Rounds rounds;
  for (int i = -settings.warmup; i < settings.rounds; ++i) {
    progress.check();
    if (i == 0) rounds = {};
    round(/*clean_first=*/i % 2 == 0, rounds);
    if (i >= 0) progress.advance(1);
  }
  return {times_of(rounds.clean), times_of(rounds.noisy), median_ratio(rounds.noisy, rounds.clean)};
}

void TimedPair::check() {
  run(clean_);
  check_finite(clean_, "clean");
  if (noisy_ && noise_.kind != NoiseKind::none) check_noise_is_seen();
  if (learning_) learning_->run(inputs_.inputs(), inputs_.samples());
}

/// By two seeds, since noisy and clean logits may differ in their rounding alone.
void TimedPair::check_noise_is_seen() {
  NoiseConfig other_seed = noise_;
  ++other_seed.seed;
  noisy_->network.set_noise(other_seed);
  run(*noisy_);
  const std::vector<float> other = noisy_->logits;
  noisy_->network.set_noise(noise_);
  run(*noisy_);
  check_finite(*noisy_, "noisy");
  if (noisy_->logits == other) throw Error("the noise changes no logit: the energy is too high to be timed");
}

void TimedPair::round(bool clean_first, Rounds& rounds) {
  inputs_.next_round();
  if (clean_first) rounds.clean.push_back(time_clean());
  rounds.noisy.push_back(time_noisy());
  if (!clean_first) rounds.clean.push_back(time_clean());
}

double TimedPair::time_clean() {
  return ms_per_sample([&] { run(clean_); }, samples_per_round());
}

double TimedPair::time_noisy() {
  const auto work = [&] { noisy_ ? run(*noisy_) : learning_->run(inputs_.inputs(), inputs_.samples()); };
  return ms_per_sample(work, samples_per_round());
}

}  // namespace dpac
