#include "cli/bench_pair.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <random>
#include <utility>

#include <fmt/format.h>

#include "cli/session.h"
#include "cli/support/machine.h"
#include "engine/calibrate.h"
#include "kernels/error.h"

namespace dpac::cli {
namespace {

/// Uniform noise in the range of normalised pixels: time does not depend on what the images show.
std::vector<float> random_images(const BenchOptions& options, const Graph& graph) {
  std::mt19937 engine(1);
  const int64_t image = graph.input().channels * graph.input().pixels();
  const int64_t images = samples_at_a_time(options.run, options.noise.kind());
  std::vector<float> values(static_cast<std::size_t>(images * image));
  for (float& v : values) v = static_cast<float>(engine()) * 0x1p-30f - 2.0f;
  return values;
}

/// Calibrated on the images that are timed.
Quantization quantization_of(const BenchOptions& options, const Graph& graph,
                             const std::vector<float>& images) {
  const NoiseKind noise = options.noise.kind();
  Quantization quantization;
  quantization.weight_bits = options.quantization.weights(noise);
  quantization.activation_bits = options.quantization.activations(noise);
  if (quantization.activation_bits || noise == NoiseKind::thermal) {
    quantization.ranges = calibrate(clone(graph), CalibrationMethod::ema, thread_count(options.run.threads),
                                    [&](const BatchVisitor& visit) { visit(images); });
  }
  return quantization;
}

TimedNetwork make(const BenchOptions& options, Graph graph, NetworkOptions compile) {
  compile.batch = options.run.batch;
  compile.threads = thread_count(options.run.threads);
  const int64_t logits = samples_at_a_time(options.run, options.noise.kind()) * graph.classes();
  return {Network(std::move(graph), compile), std::vector<float>(static_cast<std::size_t>(logits)), {}};
}

TimedNetwork make_noisy(const BenchOptions& options, Graph graph, const std::vector<float>& images) {
  const NetworkOptions compile{.noise = options.noise.kind(),
                               .quantization = quantization_of(options, graph, images),
                               .arithmetic = options.quantization.product_arithmetic()};
  return make(options, std::move(graph), compile);
}

void check_finite(const TimedNetwork& timed, const char* kind) {
  const auto finite = [](float v) { return std::isfinite(v); };
  if (std::all_of(timed.logits.begin(), timed.logits.end(), finite)) return;
  throw Error(fmt::format("the {} network gives logits that are not finite", kind));
}

}  // namespace

BenchPair::BenchPair(const BenchOptions& options, Graph graph)
    : images_(random_images(options, graph)),
      clean_(make(options, clone(graph), {})),
      noisy_(make_noisy(options, std::move(graph), images_)),
      samples_(static_cast<std::size_t>(samples_at_a_time(options.run, options.noise.kind()))),
      noise_(options.noise.points(noisy_.network.layers()).front()) {
  std::iota(samples_.begin(), samples_.end(), 0);
  noisy_.network.set_noise(noise_);
}

void BenchPair::check() {
  run(clean_);
  check_finite(clean_, "clean");
  // Two seeds, since noisy and clean logits may differ in their rounding alone.
  NoiseConfig other_seed = noise_;
  ++other_seed.seed;
  noisy_.network.set_noise(other_seed);
  run(noisy_);
  const std::vector<float> other = noisy_.logits;
  noisy_.network.set_noise(noise_);
  run(noisy_);
  check_finite(noisy_, "noisy");
  if (noisy_.logits == other) throw Error("the noise changes no logit: the energy is too high to be timed");
}

void BenchPair::round(bool clean_first) {
  for (int64_t& sample : samples_) sample += static_cast<int64_t>(samples_.size());
  TimedNetwork& first = clean_first ? clean_ : noisy_;
  TimedNetwork& second = clean_first ? noisy_ : clean_;
  first.ms_per_sample.push_back(run(first));
  second.ms_per_sample.push_back(run(second));
}

double BenchPair::run(TimedNetwork& timed) {
  const auto start = std::chrono::steady_clock::now();
  timed.network.run(images_, samples_, timed.logits);
  const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - start;
  return time.count() / static_cast<double>(samples_.size());
}

}  // namespace dpac::cli
