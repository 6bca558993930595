#include "study/timing/time_noise.h"

#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

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
#include "study/timing/timed_rows.h"

namespace dpac {
namespace {

constexpr double kDefaultEnergy = 100;

Json rows_json(const std::vector<TimedRow>& rows) {
  Json list = Json::array();
  for (const TimedRow& row : rows) {
    list.push_back({{"noise", row.noise},
                    {"arithmetic", row.arithmetic},
                    {"weight_bits", or_null(row.weight_bits)},
                    {"act_bits", or_null(row.act_bits)},
                    {"ms_per_sample", row.times.median},
                    {"spread", row.times.spread},
                    {"ratio", row.ratio}});
  }
  return list;
}

Json options_json(const TimingSettings& settings, const Session& session) {
  Json json;
  write(settings.model, json);
  json["network"] = or_null(settings.model.network);
  if (session.data.source) {
    session.data.source->write(json);
  } else if (session.graph.reads_text()) {
    json["max_length"] = input_shape(session.graph).height;
  }
  write(settings.run, json);
  write(settings.noise, json);
  write(settings.quantization, settings.noise.kind(), json);
  json["learning"] = settings.learning;
  json["all"] = settings.all;
  if (settings.all) {
    for (const char* of_a_row : {"noise", "weight_bits", "act_bits", "arithmetic"}) json[of_a_row] = nullptr;
  }
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
    check_data(settings.data, session.graph, settings.model.called());
    return session;
  }
  OpenedWeights weights = open_weights(settings.model);
  Graph graph = build_network(weights, settings.model, settings.model.input_size);
  check_data(settings.data, graph, settings.model.called());
  return session_of(settings.model, std::move(weights), {}, std::move(graph));
}

Json begun_json(const TimingSettings& settings, const Session& session) {
  auto json = result_json("bench", options_json(settings, session), session.weights_sha256,
                          thread_count(settings.run.threads));
  json["batch"] = settings.run.batch;
  json["samples_per_round"] = nullptr;
  json["mean_tokens"] = mean_tokens(session.graph);
  return json;
}

void write_times(const Timing& timing, Json& json) {
  const bool pair = timing.table.empty();
  const auto if_pair = [pair](auto value) { return pair ? Json(value) : Json(); };
  json["architecture"] = timing.architecture;
  json["arithmetic"] = if_pair(timing.arithmetic);
  json["clean_ms_per_sample"] = timing.clean.median;
  json["noisy_ms_per_sample"] = if_pair(timing.noisy.median);
  json["ratio"] = if_pair(timing.ratio);
  json["clean_spread"] = timing.clean.spread;
  json["noisy_spread"] = if_pair(timing.noisy.spread);
  json["peak_rss_bytes"] = timing.peak_rss_bytes;
  json["table"] = rows_json(timing.table);
}

/// Of the settings' noise.
void time_pair(const TimingSettings& settings, const Session& session, Timing& timing, Json& json) {
  TimedPair pair(settings, session.graph, TimedInputs::of(session, settings.run, settings.noise.kind()),
                 settings.quantization.product_arithmetic());
  Progress progress(settings.rounds, "rounds", settings.run.progress, settings.run.poll);
  const PairTimes times = pair.measure(settings, progress);
  timing.clean = times.clean;
  timing.noisy = times.noisy;
  timing.ratio = times.ratio;
  timing.arithmetic = pair.arithmetic();
  json["samples_per_round"] = pair.samples_per_round();
}

}  // namespace

void add_options(OptionSet& set, TimingSettings& settings) {
  add_weights_or_network_option(set, settings.model);
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
  set.heading("Options");
  set.flag({"--all", "", "Time every noise in every arithmetic of this machine, in a table"}, settings.all)
      .excludes({"--noise", "--arithmetic", "--learning", "--energies"});
}

void TimingSettings::check() const {
  if (model.weights.empty() && !model.network && !model.opened) {
    throw SettingError("--weights or --network is required");
  }
  if (all && learning) throw SettingError("--all was given with --learning: give one of them");
  NoiseSettings checked = noise;  // What is given for any noise has its rows.
  if (all) checked.noise = fmt::format("{}", fmt::join(noisy_kinds(), "+"));
  checked.check();
}

Timing time_noise(const TimingSettings& given) {
  check_values(given);
  TimingSettings settings = given;
  EnergySettings& energies = settings.noise.energies;
  if (!energies.energy && energies.file.empty()) energies.energy = kDefaultEnergy;
  settings.check();
  const Session session = open_timed(settings);
  Json json = begun_json(settings, session);
  Timing timing{.architecture = session.graph.architecture, .remarks = session.remarks};
  settings.all ? time_rows(settings, session, timing) : time_pair(settings, session, timing, json);
  timing.peak_rss_bytes = peak_rss_bytes();
  write_times(timing, json);
  timing.document = Document(std::move(json), timing.remarks);
  return timing;
}

}  // namespace dpac
