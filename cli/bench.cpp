/// @file
/// `dpac bench`: what noise costs in time.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/bench_pair.h"
#include "cli/command.h"
#include "cli/options/analog_options.h"
#include "cli/options/data_options.h"
#include "cli/options/model_options.h"
#include "cli/options/noise_options.h"
#include "cli/options/output_options.h"
#include "cli/support/terminal_progress.h"
#include "cli/support/usage_error.h"
#include "study/metrics/statistics.h"
#include "study/session/session.h"
#include "study/settings/settings_json.h"
#include "study/support/json.h"
#include "study/support/machine.h"
#include "study/support/progress.h"
#include "study/support/result_json.h"

namespace dpac::cli {
namespace {

constexpr double kDefaultEnergy = 100;

double median_ratio(const std::vector<double>& numerators, const std::vector<double>& denominators) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < numerators.size(); ++i) ratios.push_back(numerators[i] / denominators[i]);
  return median(std::move(ratios));
}

void measure(BenchPair& bench, const BenchOptions& options) {
  bench.check();
  Progress progress(options.rounds, "rounds", options.run.progress, options.run.poll);
  for (int i = -options.warmup; i < options.rounds; ++i) {
    progress.check();
    bench.round(/*clean_first=*/i % 2 == 0);
    if (i >= 0) progress.advance(1);
  }
}

std::vector<double> after_warmup(const std::vector<double>& ms, const BenchOptions& options) {
  return {ms.begin() + options.warmup, ms.end()};
}

Json options_json(const BenchOptions& options, const Session& session) {
  Json json;
  write(options.model, json);
  if (session.data.source) {
    session.data.source->write(json);
  } else if (session.graph.reads_text()) {
    json["max_length"] = input_shape(session.graph).height;
  }
  write(options.run, json);
  write(options.noise, json);
  write(options.quantization, options.noise.kind(), json);
  json["learning"] = options.learning;
  json["warmup"] = options.warmup;
  json["rounds"] = options.rounds;
  return json;
}

std::string text_of(const Json& json) {
  const char* other = json.at("options").at("learning").get<bool>() ? "step" : "noisy";
  return fmt::format(
      "clean  {:.3f} ms a sample (spread {:.1f} %)\n"
      "{:<6} {:.3f} ms a sample (spread {:.1f} %)\n"
      "ratio  {:.3f} (median over {} rounds of {} / clean; in {})\n"
      "memory {:.0f} MB at most\n",
      json.at("clean_ms_per_sample").get<double>(), 100 * json.at("clean_spread").get<double>(), other,
      json.at("noisy_ms_per_sample").get<double>(), 100 * json.at("noisy_spread").get<double>(),
      json.at("ratio").get<double>(), json.at("options").at("rounds").get<int>(), other,
      json.at("arithmetic").get<std::string>(), 1e-6 * json.at("peak_rss_bytes").get<double>());
}

void check_data(const DataSettings& data, const Graph& graph, const std::string& weights) {
  if (!data.any()) {
    const char* given = data.limit ? "--limit" : data.text.given();
    if (given != nullptr)
      throw UsageError(fmt::format("{} was given, but there is no --data it could act on", given));
  } else if (!graph.reads_text()) {
    throw UsageError(fmt::format("--data was given, but {} is timed on random images", weights));
  }
}

/// The checkpoint's own memory is given back: the peak is that of running. Without `--data` the session has
/// none.
Session open_bench(const BenchOptions& options) {
  if (options.data.any()) {
    Session session = open_session(options.model, options.data, options.run.poll);
    check_data(options.data, session.graph, options.model.weights);
    return session;
  }
  OpenedWeights weights = open_weights(options.model);
  Graph graph = build_network(weights, options.model, options.model.input_size);
  check_data(options.data, graph, options.model.weights);
  return session_of(options.model, std::move(weights), {}, std::move(graph));
}

BenchInputs inputs_of(const BenchOptions& options, const Session& session) {
  if (session.data.source) return BenchInputs::of(session, options.run);
  return BenchInputs::random(session.graph, samples_at_a_time(options.run, options.noise.kind()));
}

void run(BenchOptions& options) {
  EnergySettings& energies = options.noise.energies;
  if (!energies.energy && energies.file.empty()) energies.energy = kDefaultEnergy;
  options.noise.check();
  options.run = watched(options.run, options.output.quiet);
  Session session = open_bench(options);
  const auto chosen = options_json(options, session);
  const auto tokens = mean_tokens(session.graph);
  BenchInputs inputs = inputs_of(options, session);
  BenchPair bench(options, std::move(session.graph), std::move(inputs));
  measure(bench, options);

  const std::vector<double> clean = after_warmup(bench.clean_ms(), options),
                            noisy = after_warmup(bench.noisy_ms(), options);
  auto json = result_json("bench", chosen, session.weights_sha256, thread_count(options.run.threads));
  json["batch"] = options.run.batch;
  json["samples_per_round"] = bench.samples_per_round();
  json["mean_tokens"] = tokens;
  json["arithmetic"] = bench.arithmetic();
  json["clean_ms_per_sample"] = median(clean);
  json["noisy_ms_per_sample"] = median(noisy);
  json["ratio"] = median_ratio(noisy, clean);
  json["clean_spread"] = relative_spread(clean);
  json["noisy_spread"] = relative_spread(noisy);
  json["peak_rss_bytes"] = peak_rss_bytes();
  publish(options.output, session.remarks, text_of(json), json);
}

}  // namespace

Work add_bench(OptionSet& set) {
  const auto options = std::make_shared<BenchOptions>();
  add_weights_option(set, options->model);
  add_network_options(set, options->model);
  add_run_options(set, options->run);
  set.flag({"--learning", "", "Time a step of learning in the noisy network's place"}, options->learning);
  set.number({"--warmup", "N", "Rounds before those that count"}, options->warmup, from_to(0, 10000));
  set.number({"--rounds", "N", "Rounds; each runs one batch clean and one noisy"}, options->rounds,
             from_to(1, 1000000));
  add_text_data_options(set, options->data);
  add_noise_option(set, options->noise, noisy_kinds());
  add_energy_options(set, options->noise.energies, "Energy of every analog layer [100]");
  add_seed_option(set, options->noise);
  add_bits_options(set, options->quantization);
  add_arithmetic_option(set, options->quantization);
  add_output_options(set, options->output);
  set.footer(
      "Runs on random images or tokens, or on the text of --data, which quantisers are calibrated on too; "
      "the clean "
      "network has none. Under weight noise a round is whole draws of weights (32 samples). Times are "
      "medians over the "
      "rounds, in ms a sample; the ratio is the median of each round's noisy / clean; a spread is the "
      "interquartile range "
      "over the median.\n\n"
      "Example:\n  dpac bench --weights resnet50.h5 --batch 16 --threads 2");
  return [options] { run(*options); };
}

}  // namespace dpac::cli
