#include "study/timing/time_noise.h"

#include <utility>

#include <fmt/format.h>

#include "study/metrics/statistics.h"
#include "study/options/analog_options.h"
#include "study/options/check_values.h"
#include "study/options/data_options.h"
#include "study/options/model_options.h"
#include "study/options/noise_options.h"
#include "study/session/session.h"
#include "study/settings/setting_error.h"
#include "study/settings/settings_json.h"
#include "study/support/json.h"
#include "study/support/machine.h"
#include "study/support/progress.h"
#include "study/support/result_json.h"
#include "study/timing/timed_pair.h"

namespace dpac {
namespace {

constexpr double kDefaultEnergy = 100;

double median_ratio(const std::vector<double>& numerators, const std::vector<double>& denominators) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < numerators.size(); ++i) ratios.push_back(numerators[i] / denominators[i]);
  return median(std::move(ratios));
}

void measure(TimedPair& pair, const TimingSettings& settings) {
  pair.check();
  Progress progress(settings.rounds, "rounds", settings.run.progress, settings.run.poll);
  for (int i = -settings.warmup; i < settings.rounds; ++i) {
    progress.check();
    pair.round(/*clean_first=*/i % 2 == 0);
    if (i >= 0) progress.advance(1);
  }
}

std::vector<double> after_warmup(const std::vector<double>& ms, const TimingSettings& settings) {
  return {ms.begin() + settings.warmup, ms.end()};
}

Json options_json(const TimingSettings& settings, const Session& session) {
  Json json;
  write(settings.model, json);
  if (session.data.source) {
    session.data.source->write(json);
  } else if (session.graph.reads_text()) {
    json["max_length"] = input_shape(session.graph).height;
  }
  write(settings.run, json);
  write(settings.noise, json);
  write(settings.quantization, settings.noise.kind(), json);
  json["learning"] = settings.learning;
  json["warmup"] = settings.warmup;
  json["rounds"] = settings.rounds;
  return json;
}

void check_data(const DataSettings& data, const Graph& graph, const std::string& weights) {
  if (!data.any()) {
    const char* given = data.limit ? "--limit" : data.text.given();
    if (given != nullptr)
      throw SettingError(fmt::format("{} was given, but there is no --data it could act on", given));
  } else if (!graph.reads_text()) {
    throw SettingError(fmt::format("--data was given, but {} is timed on random images", weights));
  }
}

/// The checkpoint's own memory is given back: the peak is that of running. Without data the session has none.
Session open_timed(const TimingSettings& settings) {
  if (settings.data.any()) {
    Session session = open_session(settings.model, settings.data, settings.run.poll);
    check_data(settings.data, session.graph, settings.model.weights);
    return session;
  }
  OpenedWeights weights = open_weights(settings.model);
  Graph graph = build_network(weights, settings.model, settings.model.input_size);
  check_data(settings.data, graph, settings.model.weights);
  return session_of(settings.model, std::move(weights), {}, std::move(graph));
}

TimedInputs inputs_of(const TimingSettings& settings, const Session& session) {
  if (session.data.source) return TimedInputs::of(session, settings.run);
  return TimedInputs::random(session.graph, samples_at_a_time(settings.run, settings.noise.kind()));
}

Json begun_json(const TimingSettings& settings, const Session& session) {
  auto json = result_json("bench", options_json(settings, session), session.weights_sha256,
                          thread_count(settings.run.threads));
  json["batch"] = settings.run.batch;
  json["samples_per_round"] = nullptr;
  json["mean_tokens"] = mean_tokens(session.graph);
  return json;
}

void add_times(const TimedPair& pair, const Timing& timing, Json& json) {
  json["samples_per_round"] = pair.samples_per_round();
  json["arithmetic"] = timing.arithmetic;
  json["clean_ms_per_sample"] = timing.clean.median;
  json["noisy_ms_per_sample"] = timing.noisy.median;
  json["ratio"] = timing.ratio;
  json["clean_spread"] = timing.clean.spread;
  json["noisy_spread"] = timing.noisy.spread;
  json["peak_rss_bytes"] = timing.peak_rss_bytes;
}

}  // namespace

void add_options(OptionSet& set, TimingSettings& settings) {
  add_weights_option(set, settings.model);
  add_network_options(set, settings.model);
  add_run_options(set, settings.run);
  set.flag({"--learning", "", "Time a step of learning in the noisy network's place"}, settings.learning);
  set.number({"--warmup", "N", "Rounds before those that count"}, settings.warmup, from_to(0, 10000));
  set.number({"--rounds", "N", "Rounds; each runs one batch clean and one noisy"}, settings.rounds,
             from_to(1, 1000000));
  add_text_data_options(set, settings.data);
  add_noise_option(set, settings.noise, noisy_kinds());
  add_energy_options(set, settings.noise.energies, "Energy of every analog layer [100]");
  add_seed_option(set, settings.noise);
  add_bits_options(set, settings.quantization);
  add_arithmetic_option(set, settings.quantization);
}

Timing time_noise(const TimingSettings& given) {
  check_values(given);
  TimingSettings settings = given;
  EnergySettings& energies = settings.noise.energies;
  if (!energies.energy && energies.file.empty()) energies.energy = kDefaultEnergy;
  settings.noise.check();
  Session session = open_timed(settings);
  Json json = begun_json(settings, session);
  TimedInputs inputs = inputs_of(settings, session);
  TimedPair pair(settings, session.graph, std::move(inputs));
  measure(pair, settings);

  const std::vector<double> clean = after_warmup(pair.clean_ms(), settings),
                            noisy = after_warmup(pair.noisy_ms(), settings);
  Timing timing{.clean = {median(clean), relative_spread(clean)},
                .noisy = {median(noisy), relative_spread(noisy)},
                .ratio = median_ratio(noisy, clean),
                .arithmetic = std::string(pair.arithmetic()),
                .peak_rss_bytes = peak_rss_bytes(),
                .remarks = session.remarks};
  add_times(pair, timing, json);
  timing.document = Document(std::move(json), timing.remarks);
  return timing;
}

}  // namespace dpac
