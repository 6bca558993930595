#include "study/learning/learn.h"

#include <utility>

#include <fmt/format.h>

#include "study/calibration/analog_setup.h"
#include "study/calibration/analog_setup_json.h"
#include "study/energies/energies_json.h"
#include "study/evaluation/evaluation_json.h"
#include "study/evaluation/report_points.h"
#include "study/learning/learning_run.h"
#include "study/learning/learning_state.h"
#include "study/learning/state_file.h"
#include "study/learning/workbench.h"
#include "study/options/check_values.h"
#include "study/options/learning_options.h"
#include "study/options/model_options.h"
#include "study/session/session.h"
#include "study/settings/setting_error.h"
#include "study/support/json.h"
#include "study/support/machine.h"
#include "study/support/result_json.h"

namespace dpac {
namespace {

constexpr const char* kState = "learn.json";

LearningGoal goal_of(const LearnSettings& settings) {
  return {settings.per == "layer" ? Granularity::layer : Granularity::channel, settings.target_energy};
}

LearningResult result_of(const LearnSettings& settings, Workbench& bench) {
  const NoiseSettings& noise = settings.analog.noise;
  bench.check_learnable();
  EnergyFinder finder(bench, noise.seed, settings.state);
  LearnedEnergies learned = finder.find(goal_of(settings), kState);
  NoiseConfig point = noise.base();
  point.energies = learned.energies;
  LearningResult result{.layers = bench.layers(),
                        .learned = std::move(learned),
                        .energy = *energy_of(bench.layers(), point, noise.wavelength_nm)};
  if (bench.has_data()) result.accuracy = bench.accuracy(point.energies, noise.seed, noise.seeds);
  return result;
}

Remarks remarks_of(const LearnSettings& settings, Workbench& bench, const LearningResult& result) {
  Remarks remarks;
  bench.add_remarks(remarks);
  add_remarks(bench.setup(), remarks);
  const double times = result.learned.energy_per_mac / settings.target_energy;
  if (result.learned.energy_per_mac > kNearTarget * settings.target_energy) {
    remarks.notice(fmt::format(
        "the energy per MAC is still {:.4g} times the target: more --steps, a lower --start or a higher "
        "--lambda bring it nearer",
        times));
  }
  return remarks;
}

Json json_of(const LearnSettings& settings, Workbench& bench, const LearningResult& result) {
  auto options = bench.settings_json();
  options["per"] = settings.per;
  options["target_energy"] = settings.target_energy;
  auto json = result_json("learn", std::move(options), bench.session().weights_sha256,
                          thread_count(settings.run.threads));
  json["energies"] = energies_json(result.layers, result.learned.energies);
  write_nulls(json);
  if (result.accuracy) write_value(*result.accuracy, settings.analog.noise.seed_list(), json);
  write(result.energy, json);
  json["macs"] = total_macs(analog_layers(bench.session().graph));
  json["mean_tokens"] = mean_tokens(bench.session().graph);
  write(bench.setup(), json);
  json["history"] = nullptr;
  if (!result.learned.history.empty()) json["history"] = history_json(result.learned.history);
  json["ms_per_step"] = or_null(result.ms_per_step());
  json["peak_rss_bytes"] = peak_rss_bytes();
  return json;
}

}  // namespace

void add_options(OptionSet& set, LearnSettings& settings) {
  add_weights_option(set, settings.model);
  add_workbench_options(
      set, settings, {.data = "Samples to measure accuracy on, in one of the forms that eval takes [none]"});
  set.heading("Learning");
  set.number({"--target-energy", "E", "Energy per MAC below which energy costs nothing"},
             settings.target_energy, positive_number())
      .required();
  set.choice({"--per", "", "What has an energy of its own: layer or channel"}, settings.per,
             {"layer", "channel"});
}

void LearnSettings::check() const {
  check_values(*this);
  WorkbenchSettings::check();
  check_state(state);
  if (!data.any() && data.limit) {
    throw SettingError("--limit was given, but there is nothing to judge accuracy by: add --data");
  }
}

std::optional<double> LearningResult::ms_per_step() const {
  if (learned.history.empty()) return std::nullopt;
  return 1000 * learned.seconds / static_cast<double>(learned.history.size());
}

LearningResult learn(const LearnSettings& settings) {
  settings.check();
  const FolderLock lock(settings.state);
  Workbench bench(settings, settings.state);
  LearningResult result = result_of(settings, bench);
  result.remarks = remarks_of(settings, bench, result);
  result.document = Document(json_of(settings, bench, result), result.remarks);
  return result;
}

}  // namespace dpac
