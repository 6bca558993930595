#include "cli/bench_pair.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "engine/noise/calibrate.h"
#include "kernels/error.h"
#include "study/support/machine.h"

namespace dpac::cli {
namespace {

/// Calibrated on the inputs that are timed.
Quantization quantization_of(const BenchOptions& options, const Graph& graph, const BenchInputs& inputs) {
  const NoiseKind noise = options.noise.kind();
  Quantization quantization;
  quantization.weight_bits = options.quantization.weights(noise);
  quantization.activation_bits = options.quantization.activations(noise);
  if (quantization.activation_bits || noise == NoiseKind::thermal) {
    quantization.ranges = calibrate(graph, CalibrationMethod::ema, thread_count(options.run.threads),
                                    [&](const BatchVisitor& visit) { visit(inputs.inputs()); });
  }
  return quantization;
}

TimedNetwork make(const BenchOptions& options, Graph graph, const BenchInputs& inputs,
                  NetworkOptions compile) {
  compile.batch = options.run.batch;
  compile.threads = thread_count(options.run.threads);
  const std::size_t logits = inputs.samples().size() * static_cast<std::size_t>(output_channels(graph));
  return {Network(std::move(graph), compile), std::vector<float>(logits)};
}

TimedNetwork make_noisy(const BenchOptions& options, Graph graph, const BenchInputs& inputs) {
  const NetworkOptions compile{.noise = options.noise.kind(),
                               .quantization = quantization_of(options, graph, inputs),
                               .arithmetic = options.quantization.product_arithmetic()};
  return make(options, std::move(graph), inputs, compile);
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

}  // namespace

BenchPair::BenchPair(const BenchOptions& options, Graph graph, BenchInputs inputs)
    : inputs_(std::move(inputs)),
      clean_(make(options, graph, inputs_, {})),
      noise_(options.noise.points(clean_.network.layers()).front()) {
  if (options.learning) {
    const DifferentiatorOptions compile{.noise = options.noise.kind(),
                                        .batch = options.run.batch,
                                        .threads = thread_count(options.run.threads),
                                        .quantization = quantization_of(options, graph, inputs_)};
    learning_.emplace(std::move(graph), compile, noise_);
  } else {
    noisy_.emplace(make_noisy(options, std::move(graph), inputs_));
    noisy_->network.set_noise(noise_);
  }
}

std::string_view BenchPair::arithmetic() const {
  return noisy_ ? noisy_->network.arithmetic() : "float32";
}

void BenchPair::check() {
  run(clean_);
  check_finite(clean_, "clean");
  if (noisy_) check_noise_is_seen();
  if (learning_) learning_->run(inputs_.inputs(), inputs_.samples());
}

/// By two seeds, since noisy and clean logits may differ in their rounding alone.
void BenchPair::check_noise_is_seen() {
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

void BenchPair::round(bool clean_first) {
  inputs_.next_round();
  if (clean_first) clean_ms_.push_back(time_clean());
  noisy_ms_.push_back(time_noisy());
  if (!clean_first) clean_ms_.push_back(time_clean());
}

double BenchPair::time_clean() {
  return ms_per_sample([&] { run(clean_); }, samples_per_round());
}

double BenchPair::time_noisy() {
  const auto work = [&] { noisy_ ? run(*noisy_) : learning_->run(inputs_.inputs(), inputs_.samples()); };
  return ms_per_sample(work, samples_per_round());
}

}  // namespace dpac::cli
