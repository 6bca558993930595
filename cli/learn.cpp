/// @file
/// `dpac learn`: how much energy each layer or channel needs.

#include "study/learning/learn.h"

#include <memory>
#include <string>

#include "cli/command.h"
#include "cli/options/output_options.h"
#include "cli/support/interrupt.h"
#include "cli/support/resumable.h"
#include "cli/support/terminal_progress.h"
#include "cli/text/learning_text.h"
#include "study/energies/energies_output.h"
#include "study/options/learning_options.h"
#include "study/options/study_options.h"

namespace dpac::cli {
namespace {

struct LearnCommand {
  LearnSettings settings;
  OutputOptions output;
  std::string out, csv;
};

void run(LearnCommand& command) {
  LearnSettings& settings = command.settings;
  settings.run = watched(settings.run, command.output.quiet);
  const LearningResult result = resumable(settings.state, [&] { return learn(settings); });
  const HeldInterrupts held;
  if (!command.out.empty()) write_energies_hdf5(command.out, result.layers, result.learned.energies);
  if (!command.csv.empty()) write_energies_csv(command.csv, result.layers, result.learned.energies);
  publish(command.output, result.remarks, text_of(result, settings.target_energy), result.document);
}

void add_outputs(OptionSet& set, LearnCommand& command) {
  add_output_options(set, command.output);
  set.path({"--out", "FILE", "HDF5: /energies/<layer>, for --energies"}, command.out, FileRole::writes);
  set.path({"--csv", "FILE", "The same as CSV: layer,channel,energy"}, command.csv, FileRole::writes);
  add_state_option(set, command.settings.state);
}

}  // namespace

Work add_learn(OptionSet& set) {
  const auto command = std::make_shared<LearnCommand>();
  LearnSettings& settings = command->settings;
  add_options(set, settings);
  add_outputs(set, *command);
  set.footer(
      "Weights stay as they are; the loss is the noisy network's cross entropy plus lambda * log(energy / "
      "target) above "
      "the target. With --state the command may be killed at any moment: given again, it goes on and ends "
      "with the same bits; given again with more --steps, it goes on to those.\n\n"
      "Example:\n  dpac learn --weights resnet20.h5 --train-data cifar10/train --data cifar10/test --noise "
      "shot \\\n"
      "    --target-energy 10 --steps 500 --out energies.h5");
  return [command] { run(*command); };
}

}  // namespace dpac::cli
