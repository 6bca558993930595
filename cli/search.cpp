/// @file
/// `dpac search`: the smallest energy at an allowed loss of accuracy.

#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/options/learning_options.h"
#include "cli/options/model_options.h"
#include "cli/options/output_options.h"
#include "cli/options/search_options.h"
#include "cli/options/state_option.h"
#include "cli/search_status.h"
#include "cli/support/interrupt.h"
#include "cli/text/search_text.h"
#include "engine/noise/energy.h"
#include "study/calibration/analog_setup_json.h"
#include "study/energies/energies_output.h"
#include "study/learning/state_file.h"
#include "study/learning/workbench.h"
#include "study/search/network_names.h"
#include "study/search/search_json.h"
#include "study/search/search_run.h"
#include "study/settings/settings_json.h"
#include "study/support/json.h"
#include "study/support/machine.h"
#include "study/support/result_json.h"
#include "study/support/units.h"

namespace dpac::cli {
namespace {

struct SearchCommand {
  WorkbenchSettings bench;
  SearchSettings search;
  OutputOptions output;
  std::string state, out;

  [[nodiscard]] std::string out_of(const std::string& kind) const {
    return fmt::format("{}-{}.h5", out, kind);
  }
};

/// Before the work, which may take days.
void check(const SearchCommand& command) {
  command.bench.check();
  command.search.check();
}

std::vector<FileUse> outputs(const SearchCommand& command) {
  std::vector<FileUse> files;
  if (command.out.empty()) return files;
  for (const std::string& kind : command.search.kinds)
    files.push_back({"--out", command.out_of(kind), FileRole::writes});
  return files;
}

Json options_json(const SearchCommand& command, const Workbench& bench) {
  auto json = bench.settings_json();
  write(command.search, command.bench.analog.kind(), json);
  return json;
}

void write_energies(const SearchCommand& command, const Workbench& bench, const SearchResult& result) {
  for (const Allocation& allocation : result.allocations) {
    if (!allocation.best) continue;
    write_energies_hdf5(command.out_of(allocation.kind), bench.layers(), allocation.energies);
  }
}

void run(const SearchCommand& command) {
  check(command);
  const FolderLock lock(command.state);
  SearchStatus status(command.search, 1, 1, command.output.quiet);
  WorkbenchSettings settings = command.bench;
  settings.run.progress = status.work_callback();
  settings.run.poll = stop_if_interrupted;
  Workbench bench(settings, command.state);
  const NoiseSettings& noise = command.bench.analog.noise;
  const SearchUnits units{energy_unit(noise.noise), noise.photon_aj(), bench.measure()};
  status.begin_row(row_names({command.bench.model.weights}).front(), noise.noise, units);
  const SearchResult result = resumable(command.state, [&] {
    const Baselines baselines = find_baselines(bench, command.state, command.state);
    return search(bench, command.search, baselines, {noise.seed, noise.seeds}, command.state,
                  status.callbacks());
  });
  status.end_row();
  const HeldInterrupts held;
  if (!command.out.empty()) write_energies(command, bench, result);

  auto json = result_json("search", options_json(command, bench), bench.session().weights_sha256,
                          thread_count(command.bench.run.threads));
  json["samples"] = bench.session().data.samples.size();
  json["mean_tokens"] = mean_tokens(bench.session().graph);
  write(result, bench.layers(), units, json);
  write(bench.setup(), json);
  Remarks remarks;
  bench.add_remarks(remarks);
  add_remarks(bench.setup(), remarks);
  publish(command.output, remarks, text_of(result, units), json);
}

}  // namespace

Work add_search(OptionSet& set) {
  const auto command = std::make_shared<SearchCommand>();
  add_weights_option(set, command->bench.model);
  add_workbench_options(set, command->bench);
  add_search_options(set, command->search);
  add_output_options(set, command->output);
  set.word({"--out", "PREFIX", "HDF5 for --energies: PREFIX-uniform.h5, PREFIX-layer.h5, ..."}, command->out);
  set.further_files([command] { return outputs(*command); });
  add_state_option(set, command->state);
  set.footer(
      "Bisects the energy per MAC for each kind until the accuracy lies within 0.1 points above the target, "
      "which is a hit. "
      "Per layer and "
      "per channel each try learns on --train-data (--method analytic: it does not have to). Accuracy is "
      "measured on "
      "--data, the mean over --seeds.\n\n"
      "Example:\n  dpac search --weights resnet20.h5 --train-data cifar10/train --data cifar10/test --noise "
      "thermal \\\n"
      "    --state resnet20_thermal");
  return [command] { run(*command); };
}

}  // namespace dpac::cli
