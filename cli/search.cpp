/// @file
/// `dpac search`: the smallest energy at an allowed loss of accuracy.

#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/energies_output.h"
#include "cli/learning/network_names.h"
#include "cli/learning/search_report.h"
#include "cli/learning/search_run.h"
#include "cli/learning/search_status.h"
#include "cli/learning/state_file.h"
#include "cli/learning/workbench.h"
#include "cli/options/output_options.h"
#include "cli/options/search_options.h"
#include "cli/support/json.h"
#include "cli/support/machine.h"
#include "cli/support/units.h"
#include "engine/noise/energy.h"

namespace dpac::cli {
namespace {

struct SearchCommand {
  WorkbenchOptions bench;
  SearchOptions search;
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
  auto json = bench.options_json();
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
  Workbench bench(command.bench, command.state, command.output.quiet);
  const NoiseOptions& noise = command.bench.analog.noise;
  const SearchUnits units{energy_unit(noise.noise), noise.photon_aj(), bench.measure()};
  SearchStatus status(command.search, 1, 1, command.output.quiet);
  bench.tell(status.work_callback());
  status.begin_row(row_names({command.bench.model.weights}).front(), noise.noise, units);
  const SearchResult result = resumable(command.state, [&] {
    const Baselines baselines = find_baselines(bench, command.state, command.state);
    return search(bench, command.search, baselines, {noise.seed, noise.seeds}, command.state,
                  status.callbacks());
  });
  status.end_row();
  if (!command.out.empty()) write_energies(command, bench, result);

  auto json = result_json("search", options_json(command, bench), bench.session().weights_sha256,
                          thread_count(command.bench.run.threads));
  json["samples"] = bench.session().data.samples.size();
  json["mean_tokens"] = mean_tokens_json(bench.session().graph);
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
