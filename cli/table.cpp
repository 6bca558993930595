/// @file
/// `dpac table`: minimum energies of several networks under several noises.

#include "study/search/table.h"

#include <iterator>
#include <memory>
#include <string>

#include "cli/command.h"
#include "cli/options/output_options.h"
#include "cli/search_status.h"
#include "cli/support/interrupt.h"
#include "cli/support/resumable.h"
#include "report/tables/table_markup.h"
#include "study/options/learning_options.h"
#include "study/options/study_options.h"
#include "study/support/atomic_file.h"

namespace dpac::cli {
namespace {

struct TableCommand {
  TableSettings settings;
  OutputOptions output;
  std::string csv, latex;
};

void run(TableCommand& command) {
  TableSettings& settings = command.settings;
  SearchStatus status(settings.search, std::ssize(settings.weights) * std::ssize(settings.noises),
                      settings.analog.noise.seeds, command.output.quiet);
  settings.run = status.watched(settings.run);
  const TableResult result = resumable(settings.state, [&] { return table(settings, status.callbacks()); });
  const HeldInterrupts held;
  const std::string source = "table";
  const report::ResultValue value(source, "", result.document.json());
  const report::PaperTable paper = report::paper_table(value);
  if (!command.csv.empty()) write_text_file(command.csv, report::csv_of(value));
  if (!command.latex.empty()) write_text_file(command.latex, report::latex_of(paper));
  publish(command.output, result.remarks, report::markdown_of(paper), result.document);
}

}  // namespace

Work add_table(OptionSet& set) {
  const auto command = std::make_shared<TableCommand>();
  TableSettings& settings = command->settings;
  add_options(set, settings);
  add_output_options(set, command->output);
  set.path({"--csv", "FILE", "The table as CSV, numbers unrounded"}, command->csv, FileRole::writes);
  set.path({"--latex", "FILE", "The table in LaTeX, with the package booktabs"}, command->latex,
           FileRole::writes);
  add_state_option(set, settings.state);
  set.footer(
      "A row is a network under a noise: accuracies without noise, at full precision and quantised (8 bits "
      "unless --bits says otherwise), and the smallest energies per MAC, as 'dpac search' finds them, mean "
      "and standard deviation over --seeds searches, rounded to that deviation. The table is printed in "
      "Markdown. A row that is impossible says so, and the rest is printed all the same. With --state, what "
      "is finished is not computed again, also when networks, noises or seeds are added.\n\n"
      "Example:\n  dpac table --weights resnet20.h5 --weights resnet56.h5 --names ResNet20,ResNet56 \\\n"
      "    --train-data cifar10/train --data cifar10/test --seeds 5 --state table --latex table.tex");
  return [command] { run(*command); };
}

}  // namespace dpac::cli
