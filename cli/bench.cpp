/// @file
/// `dpac bench`: what noise costs in time. Clean and noisy runs take turns, so that whatever else the machine
/// does meets both alike.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <sys/resource.h>
#include <vector>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/options/model_options.h"
#include "cli/options/noise_options.h"
#include "cli/options/output_options.h"
#include "cli/options/quantization_options.h"
#include "cli/support/interrupt.h"
#include "cli/support/machine.h"
#include "cli/support/progress.h"
#include "cli/support/statistics.h"
#include "engine/calibrate.h"
#include "engine/network.h"
#include "engine/resnet.h"
#include "kernels/error.h"

namespace dpac::cli {
namespace {

constexpr double kDefaultEnergy = 100;

struct BenchOptions {
  ModelOptions model;
  RunOptions run;
  NoiseOptions noise{.noise = "shot"};
  QuantizationOptions quantization;
  OutputOptions output;
  int warmup = 2;
  int rounds = 15;
};

/// A batch of uniform noise in the range of normalised pixels: time does not depend on what the images show.
std::vector<float> random_images(const BenchOptions& options, const Graph& graph) {
  std::mt19937 engine(1);
  const int64_t image = graph.input().channels * graph.input().pixels();
  std::vector<float> values(static_cast<std::size_t>(options.run.batch * image));
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

/// One network and what it writes to.
struct Candidate {
  Network network;
  std::vector<float> logits;
  std::vector<double> ms_per_sample;
};

class Bench {
 public:
  Bench(const BenchOptions& options, const Graph& graph)
      : images_(random_images(options, graph)),
        clean_(make(options, graph, {})),
        noisy_(make(options, graph,
                    {.noise = options.noise.kind(),
                     .quantization = quantization_of(options, graph, images_),
                     .arithmetic = options.quantization.product_arithmetic()})),
        samples_(static_cast<std::size_t>(options.run.batch)),
        noise_(options.noise.points(noisy_.network.layers()).front()) {
    std::iota(samples_.begin(), samples_.end(), 0);
    noisy_.network.set_noise(noise_);
  }

  /// @throws Error unless both give finite logits and the noise changes them: no other times are worth
  /// reporting.
  void check() {
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

  /// Both once; `clean_first` alternates, so that neither always finds the other's cache.
  void round(bool clean_first) {
    Candidate& first = clean_first ? clean_ : noisy_;
    Candidate& second = clean_first ? noisy_ : clean_;
    first.ms_per_sample.push_back(run(first));
    second.ms_per_sample.push_back(run(second));
  }

  [[nodiscard]] const Candidate& clean() const { return clean_; }
  [[nodiscard]] const Candidate& noisy() const { return noisy_; }

 private:
  static Candidate make(const BenchOptions& options, const Graph& graph, NetworkOptions compile) {
    compile.batch = options.run.batch;
    compile.threads = thread_count(options.run.threads);
    return {Network(clone(graph), compile),
            std::vector<float>(static_cast<std::size_t>(options.run.batch * graph.classes())),
            {}};
  }

  static void check_finite(const Candidate& candidate, const char* kind) {
    const auto finite = [](float v) { return std::isfinite(v); };
    if (std::all_of(candidate.logits.begin(), candidate.logits.end(), finite)) return;
    throw Error(fmt::format("the {} network gives logits that are not finite", kind));
  }

  /// Milliseconds per sample.
  double run(Candidate& candidate) {
    const auto start = std::chrono::steady_clock::now();
    candidate.network.run(images_, samples_, candidate.logits);
    const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - start;
    return time.count() / static_cast<double>(samples_.size());
  }

  std::vector<float> images_;
  Candidate clean_, noisy_;
  std::vector<int64_t> samples_;
  NoiseConfig noise_;
};

double median_ratio(const std::vector<double>& numerators, const std::vector<double>& denominators) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < numerators.size(); ++i) ratios.push_back(numerators[i] / denominators[i]);
  return median(std::move(ratios));
}

int64_t peak_rss_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return int64_t{usage.ru_maxrss} * 1024;  // Linux counts in KiB.
}

void measure(Bench& bench, const BenchOptions& options) {
  bench.check();
  Progress progress(options.rounds, "rounds", options.output.quiet);
  for (int i = -options.warmup; i < options.rounds; ++i) {
    stop_if_interrupted();
    bench.round(/*clean_first=*/i % 2 == 0);
    if (i >= 0) progress.advance(1);
  }
}

std::vector<double> after_warmup(const Candidate& candidate, const BenchOptions& options) {
  return {candidate.ms_per_sample.begin() + options.warmup, candidate.ms_per_sample.end()};
}

nlohmann::ordered_json options_json(const BenchOptions& options) {
  nlohmann::ordered_json json;
  write(options.model, json);
  write(options.run, json);
  write(options.noise, json);
  write(options.quantization, options.noise.kind(), json);
  json["warmup"] = options.warmup;
  json["rounds"] = options.rounds;
  return json;
}

std::string text_of(const nlohmann::ordered_json& json) {
  return fmt::format(
      "clean  {:.3f} ms a sample (spread {:.1f} %)\n"
      "noisy  {:.3f} ms a sample (spread {:.1f} %)\n"
      "ratio  {:.3f} (median over {} rounds of noisy / clean; noisy in {})\n"
      "memory {:.0f} MB at most\n",
      json["clean_ms_per_sample"].get<double>(), 100 * json["clean_spread"].get<double>(),
      json["noisy_ms_per_sample"].get<double>(), 100 * json["noisy_spread"].get<double>(),
      json["ratio"].get<double>(), json["options"]["rounds"].get<int>(),
      json["arithmetic"].get<std::string>(), 1e-6 * json["peak_rss_bytes"].get<double>());
}

void run(BenchOptions& options) {
  EnergyOptions& energies = options.noise.energies;
  if (!energies.energy && energies.file.empty()) energies.energy = kDefaultEnergy;
  options.noise.check();
  options.output.check();
  options.quantization.check();
  const OpenedWeights weights = open_weights(options.model);
  Bench bench(options, build_resnet(weights.checkpoint, options.model.input_size));
  measure(bench, options);

  const std::vector<double> clean = after_warmup(bench.clean(), options),
                            noisy = after_warmup(bench.noisy(), options);
  auto json = result_json("bench", options_json(options), weights.sha256, thread_count(options.run.threads));
  json["batch"] = options.run.batch;
  json["arithmetic"] = bench.noisy().network.arithmetic();
  json["clean_ms_per_sample"] = median(clean);
  json["noisy_ms_per_sample"] = median(noisy);
  json["ratio"] = median_ratio(noisy, clean);
  json["clean_spread"] = relative_spread(clean);
  json["noisy_spread"] = relative_spread(noisy);
  json["peak_rss_bytes"] = peak_rss_bytes();
  publish(options.output, text_of(json), json);
}

}  // namespace

Work add_bench(CLI::App& app) {
  const auto options = std::make_shared<BenchOptions>();
  add_weights_option(app, options->model);
  add_input_size_option(app, options->model);
  add_run_options(app, options->run);
  add_noise_option(app, options->noise, noisy_kinds());
  add_energy_options(app, options->noise.energies);
  app.get_option("--energy")->description("Energy of every analog layer [100]");
  add_seed_option(app, options->noise);
  add_bits_options(app, options->quantization);
  add_arithmetic_option(app, options->quantization);
  app.add_option("--warmup", options->warmup, "Rounds before those that count")
      ->type_name("N")
      ->check(CLI::Range(0, 10000))
      ->capture_default_str();
  app.add_option("--rounds", options->rounds, "Rounds; each runs one batch clean and one noisy")
      ->type_name("N")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  add_output_options(app, options->output);
  app.footer(
      "Runs on random images, which quantisers are calibrated on too; the clean network has none. Times are "
      "medians over the rounds, in ms a sample; the ratio is the median of "
      "each\n"
      "round's noisy / clean; a spread is the interquartile range over the median.\n\n"
      "Example:\n  dpac bench --weights resnet50.h5 --batch 16 --threads 2");
  return [options] { run(*options); };
}

}  // namespace dpac::cli
