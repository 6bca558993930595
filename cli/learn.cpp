/// @file
/// `dpac learn`: how much energy each layer or channel needs.

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/options/learning_options.h"
#include "cli/options/model_options.h"
#include "cli/options/output_options.h"
#include "cli/options/state_option.h"
#include "cli/support/interrupt.h"
#include "cli/support/terminal_progress.h"
#include "cli/support/text_table.h"
#include "cli/support/usage_error.h"
#include "cli/text/point_text.h"
#include "learn/learner.h"
#include "study/calibration/analog_setup_json.h"
#include "study/energies/energies_output.h"
#include "study/evaluation/evaluation_json.h"
#include "study/evaluation/point_report.h"
#include "study/learning/learning_run.h"
#include "study/learning/learning_state.h"
#include "study/learning/state_file.h"
#include "study/learning/workbench.h"
#include "study/support/json.h"
#include "study/support/machine.h"
#include "study/support/result_json.h"

namespace dpac::cli {
namespace {

constexpr const char* kState = "learn.json";

struct LearnOptions {
  WorkbenchSettings bench;
  OutputOptions output;
  std::string per = "layer", state, out, csv;
  double target_energy = 0;

  [[nodiscard]] LearningGoal goal() const {
    return {per == "layer" ? Granularity::layer : Granularity::channel, target_energy};
  }
};

/// Before the work, which may take hours.
void check(const LearnOptions& options) {
  options.bench.check();
  if (!options.bench.data.any() && options.bench.data.limit) {
    throw UsageError("--limit was given, but there is nothing to judge accuracy by: add --data");
  }
}

Json options_json(const LearnOptions& options, const Workbench& bench) {
  auto json = bench.settings_json();
  json["per"] = options.per;
  json["target_energy"] = options.target_energy;
  return json;
}

struct LearnResult {
  LearnedEnergies learned;
  PointEnergy energy;
  std::optional<Accuracy> accuracy;  ///< None without --data.
};

LearnResult learn(const LearnOptions& options, Workbench& bench) {
  const NoiseSettings& noise = options.bench.analog.noise;
  bench.check_learnable();
  EnergyFinder finder(bench, noise.seed, options.state);
  LearnedEnergies learned = finder.find(options.goal(), kState);
  NoiseConfig point = noise.base();
  point.energies = learned.energies;
  LearnResult result{std::move(learned), *energy_of(bench.layers(), point, noise.wavelength_nm), {}};
  if (bench.has_data()) result.accuracy = bench.accuracy(point.energies, noise.seed, noise.seeds);
  return result;
}

std::optional<double> ms_per_step(const LearnedEnergies& learned) {
  if (learned.history.empty()) return std::nullopt;
  return 1000 * learned.seconds / static_cast<double>(learned.history.size());
}

Json json_of(const LearnOptions& options, Workbench& bench, const LearnResult& result) {
  auto json = result_json("learn", options_json(options, bench), bench.session().weights_sha256,
                          thread_count(options.bench.run.threads));
  json["energies"] = energies_json(bench.layers(), result.learned.energies);
  write_nulls(json);
  if (result.accuracy) write_value(*result.accuracy, bench.settings().analog.noise.seed_list(), json);
  write(result.energy, json);
  json["macs"] = total_macs(analog_layers(bench.session().graph));
  json["mean_tokens"] = mean_tokens(bench.session().graph);
  write(bench.setup(), json);
  json["history"] = nullptr;
  if (!result.learned.history.empty()) json["history"] = history_json(result.learned.history);
  json["ms_per_step"] = or_null(ms_per_step(result.learned));
  json["peak_rss_bytes"] = peak_rss_bytes();
  return json;
}

std::string layers_text(const LearnResult& result) {
  const bool channels = std::any_of(result.learned.energies.begin(), result.learned.energies.end(),
                                    [](const auto& layer) { return layer.size() > 1; });
  std::vector<std::string> header{"layer", energy_header(result.energy), "share"};
  if (channels) header.insert(header.end(), {"least", "most"});
  TextTable table(header);
  for (std::size_t l = 0; l < result.learned.energies.size(); ++l) {
    const LayerEnergy& layer = result.energy.ledger.layers[l];
    if (layer.macs == 0) continue;
    std::vector<std::string> row{layer.name, fmt::format("{:.4g}", layer.energy_per_mac),
                                 fmt::format("{:.1f} %", 100 * layer.share)};
    if (channels) {
      const auto [least, most] =
          std::minmax_element(result.learned.energies[l].begin(), result.learned.energies[l].end());
      row.insert(row.end(), {fmt::format("{:.4g}", *least), fmt::format("{:.4g}", *most)});
    }
    table.add(row);
  }
  return table.text();
}

std::string text_of(const LearnOptions& options, const LearnResult& result) {
  std::string text = layers_text(result) + '\n';
  text += text_of(result.energy);
  text += fmt::format("target  {:.4g}\n", options.target_energy);
  if (result.accuracy)
    text += fmt::format("{:<7} {}\n", measure_name(result.accuracy->measure), percent(*result.accuracy));
  if (const auto ms = ms_per_step(result.learned)) {
    text += fmt::format("{} steps, {:.1f} ms a step\n", result.learned.history.size(), *ms);
  }
  return text;
}

Remarks remarks_of(const LearnOptions& options, Workbench& bench, const LearnResult& result) {
  Remarks remarks;
  bench.add_remarks(remarks);
  add_remarks(bench.setup(), remarks);
  if (result.learned.energy_per_mac > kNearTarget * options.target_energy) {
    remarks.notice(fmt::format(
        "the energy per MAC is still {:.4g} times the target: more --steps, a lower --start or a higher "
        "--lambda bring it nearer",
        result.learned.energy_per_mac / options.target_energy));
  }
  return remarks;
}

void run(const LearnOptions& options) {
  check(options);
  const FolderLock lock(options.state);
  WorkbenchSettings settings = options.bench;
  settings.run = watched(settings.run, options.output.quiet);
  Workbench bench(settings, options.state);
  const LearnResult result = resumable(options.state, [&] { return learn(options, bench); });
  const HeldInterrupts held;
  if (!options.out.empty()) write_energies_hdf5(options.out, bench.layers(), result.learned.energies);
  if (!options.csv.empty()) write_energies_csv(options.csv, bench.layers(), result.learned.energies);
  publish(options.output, remarks_of(options, bench, result), text_of(options, result),
          json_of(options, bench, result));
}

void add_outputs(OptionSet& set, LearnOptions& options) {
  add_output_options(set, options.output);
  set.path({"--out", "FILE", "HDF5: /energies/<layer>, for --energies"}, options.out, FileRole::writes);
  set.path({"--csv", "FILE", "The same as CSV: layer,channel,energy"}, options.csv, FileRole::writes);
  add_state_option(set, options.state);
}

}  // namespace

Work add_learn(OptionSet& set) {
  const auto options = std::make_shared<LearnOptions>();
  add_weights_option(set, options->bench.model);
  add_workbench_options(
      set, options->bench,
      {.data = "Samples to measure accuracy on, in one of the forms that eval takes [none]"});
  set.heading("Learning");
  set.number({"--target-energy", "E", "Energy per MAC below which energy costs nothing"},
             options->target_energy, positive_number())
      .required();
  set.choice({"--per", "", "What has an energy of its own: layer or channel"}, options->per,
             {"layer", "channel"});
  add_outputs(set, *options);
  set.footer(
      "Weights stay as they are; the loss is the noisy network's cross entropy plus lambda * log(energy / "
      "target) above "
      "the target. With --state the command may be killed at any moment: given again, it goes on and ends "
      "with the same bits; given again with more --steps, it goes on to those.\n\n"
      "Example:\n  dpac learn --weights resnet20.h5 --train-data cifar10/train --data cifar10/test --noise "
      "shot \\\n"
      "    --target-energy 10 --steps 500 --out energies.h5");
  return [options] { run(*options); };
}

}  // namespace dpac::cli
