/// @file
/// `dpac table`: minimum energies of several networks under several noises.

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/learning/state_file.h"
#include "cli/learning/table_row.h"
#include "cli/learning/workbench.h"
#include "cli/options/output_options.h"
#include "cli/options/search_options.h"
#include "cli/support/atomic_file.h"
#include "cli/support/json.h"
#include "cli/support/machine.h"
#include "cli/support/usage_error.h"
#include "kernels/error.h"

namespace dpac::cli {
namespace {

struct TableCommand {
  WorkbenchOptions bench;  ///< Of every row, but for the weights and the noise.
  SearchOptions search;
  OutputOptions output;
  std::vector<std::string> weights, noises = noisy_kinds();
  std::string state, csv;
};

bool has(const TableCommand& command, const std::string& noise) {
  return std::find(command.noises.begin(), command.noises.end(), noise) != command.noises.end();
}

/// A sigma is for the rows of its noise.
void check_sigma(const TableCommand& command, const std::string& noise, bool given) {
  if (!given || has(command, noise)) return;
  throw UsageError(fmt::format("--sigma-{0} was given, but --noises has no {0}", noise));
}

WorkbenchOptions row_options(const TableCommand& command, const std::string& weights,
                             const std::string& noise) {
  WorkbenchOptions options = command.bench;
  options.model.weights = weights;
  options.analog.noise.noise = noise;
  if (noise != "thermal") options.analog.noise.sigma_thermal.reset();
  if (noise != "weight") options.analog.noise.sigma_weight.reset();
  options.analog.ranges_reported = true;  // The quantised baseline has them whatever the noise.
  return options;
}

/// Before the work, which may take weeks.
void check(const TableCommand& command) {
  check_sigma(command, "thermal", command.bench.analog.noise.sigma_thermal.has_value());
  check_sigma(command, "weight", command.bench.analog.noise.sigma_weight.has_value());
  for (const std::string& noise : command.noises) row_options(command, "", noise).check();
  command.search.check();
}

/// The files' names without ending, each once: they name rows and folders.
std::vector<std::string> network_names(const std::vector<std::string>& weights) {
  std::vector<std::string> names;
  std::set<std::string> taken;
  for (const std::string& file : weights) {
    const std::string stem = std::filesystem::path(file).stem().string();
    std::string name = stem;
    for (int i = 2; !taken.insert(name).second; ++i) name = fmt::format("{}-{}", stem, i);
    names.push_back(name);
  }
  return names;
}

/// All rows, those of a network together.
std::vector<TableRow> find_rows(const TableCommand& command, Remarks& remarks) {
  const std::vector<std::string> names = network_names(command.weights);
  std::vector<TableRow> rows;
  for (std::size_t w = 0; w < names.size(); ++w) {
    for (const std::string& noise : command.noises) {
      try {
        const auto folder = inside(command.state, names[w]);
        Workbench bench(row_options(command, command.weights[w], noise), inside(folder, noise),
                        command.output.quiet);
        rows.push_back(find_row(bench, command.search, names[w], folder));
        bench.add_remarks(remarks);
      } catch (const Error& error) {
        throw Error(fmt::format("{}, {} noise: {}", names[w], noise, error.what()));
      }
    }
  }
  return rows;
}

Json json_of(const TableCommand& command, const std::vector<TableRow>& rows) {
  Json options{{"weights", command.weights}, {"noise", command.noises}};
  auto sha256 = Json::array(), results = sha256;
  for (const TableRow& row : rows) {
    options["rows"].push_back(row.options);
    results.push_back(to_json(row));
    if (row.noise == command.noises.front()) sha256.push_back(row.weights_sha256);
  }
  auto json = result_json("table", options, "", thread_count(command.bench.run.threads));
  json["weights_sha256"] = sha256;
  json["rows"] = results;
  return json;
}

void run(const TableCommand& command) {
  check(command);
  const FolderLock lock(command.state);
  Remarks remarks;
  const std::vector<TableRow> rows = resumable(command.state, [&] { return find_rows(command, remarks); });
  if (!command.csv.empty()) {
    AtomicFile file(command.csv);
    file.write(csv_of(rows));
    file.commit();
  }
  publish(command.output, remarks, markdown_of(rows), json_of(command, rows));
}

}  // namespace

Work add_table(OptionSet& set) {
  const auto command = std::make_shared<TableCommand>();
  set.paths({"--weights", "FILE", "Checkpoint of a network; may be given several times"}, command->weights,
            FileRole::reads)
      .required();
  add_table_workbench_options(set, command->bench);
  set.heading("Noise");
  set.choices({"--noises", "A,B,...", "Noises of the analog operations, each with every network"},
              command->noises, noisy_kinds());
  add_search_options(set, command->search);
  add_output_options(set, command->output);
  set.path({"--csv", "FILE", "The table as CSV"}, command->csv, FileRole::writes);
  add_state_option(set, command->state);
  set.footer(
      "A row is a network under a noise: accuracies without noise, at full precision and quantised (8 bits "
      "unless --bits "
      "says otherwise), and the smallest energies per MAC, as 'dpac search' finds them, mean and standard "
      "deviation over "
      "--seeds searches. With --state, what is finished is not computed again, also when networks, noises or "
      "seeds are "
      "added.\n\n"
      "Example:\n  dpac table --weights resnet20.h5 --weights resnet56.h5 --train-data cifar10/train --data "
      "cifar10/test "
      "\\\n    --seeds 5 --state table --csv table.csv");
  return [command] { run(*command); };
}

}  // namespace dpac::cli
