/// @file
/// `dpac search`: the smallest energy at an allowed loss of accuracy.

#include "study/search/search.h"

#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/options/output_options.h"
#include "cli/search_status.h"
#include "cli/support/interrupt.h"
#include "cli/support/resumable.h"
#include "cli/text/search_text.h"
#include "study/energies/energies_output.h"
#include "study/options/learning_options.h"
#include "study/options/study_options.h"
#include "study/search/search_outcome.h"

namespace dpac::cli {
namespace {

struct SearchCommand {
  EnergySearchSettings settings;
  OutputOptions output;
  std::string out;

  [[nodiscard]] std::string out_of(const std::string& kind) const {
    return fmt::format("{}-{}.h5", out, kind);
  }
};

std::vector<FileUse> outputs(const SearchCommand& command) {
  std::vector<FileUse> files;
  if (command.out.empty()) return files;
  for (const std::string& kind : command.settings.search.kinds)
    files.push_back({"--out", command.out_of(kind), FileRole::writes});
  return files;
}

void write_energies(const SearchCommand& command, const SearchResult& result) {
  if (command.out.empty()) return;
  for (const Allocation& allocation : result.found.allocations) {
    if (allocation.best)
      write_energies_hdf5(command.out_of(allocation.kind), result.layers, allocation.energies);
  }
}

void run(SearchCommand& command) {
  EnergySearchSettings& settings = command.settings;
  SearchStatus status(settings.search, 1, 1, command.output.quiet);
  settings.run = status.watched(settings.run);
  const SearchResult result = resumable(settings.state, [&] { return search(settings, status.callbacks()); });
  const HeldInterrupts held;
  write_energies(command, result);
  publish(command.output, result.remarks, text_of(result.found, result.units), result.document);
}

}  // namespace

Work add_search(OptionSet& set) {
  const auto command = std::make_shared<SearchCommand>();
  EnergySearchSettings& settings = command->settings;
  add_options(set, settings);
  add_output_options(set, command->output);
  set.word({"--out", "PREFIX", "HDF5 for --energies: PREFIX-uniform.h5, PREFIX-layer.h5, ..."}, command->out);
  set.further_files([command] { return outputs(*command); });
  add_state_option(set, settings.state);
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
