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
#include "cli/support/machine.h"
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
  throw Error(fmt::format("--sigma-{0} was given, but --noises has no {0}", noise));
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
  check_each_once("--noises", command.noises);
  check_sigma(command, "thermal", command.bench.analog.noise.sigma_thermal.has_value());
  check_sigma(command, "weight", command.bench.analog.noise.sigma_weight.has_value());
  for (const std::string& noise : command.noises) row_options(command, "", noise).check();
  command.search.check();
  command.output.check();
  if (!command.csv.empty()) check_writable(command.csv);
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

/// All rows, those of a network together; sentences for the user in `notices`.
std::vector<TableRow> find_rows(const TableCommand& command, std::set<std::string>& notices) {
  const std::vector<std::string> names = network_names(command.weights);
  std::vector<TableRow> rows;
  for (std::size_t w = 0; w < names.size(); ++w) {
    for (const std::string& noise : command.noises) {
      try {
        const auto folder = inside(command.state, names[w]);
        Workbench bench(row_options(command, command.weights[w], noise), inside(folder, noise),
                        command.output.quiet);
        rows.push_back(find_row(bench, command.search, names[w], folder));
        const std::string chosen = bench.session().data.source->notice();
        if (!chosen.empty()) notices.insert(fmt::format("{}: {}", names[w], chosen));
      } catch (const Error& error) {
        throw Error(fmt::format("{}, {} noise: {}", names[w], noise, error.what()));
      }
    }
  }
  return rows;
}

nlohmann::ordered_json json_of(const TableCommand& command, const std::vector<TableRow>& rows) {
  nlohmann::ordered_json options{{"weights", command.weights}, {"noise", command.noises}};
  auto sha256 = nlohmann::ordered_json::array(), results = sha256;
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
  std::set<std::string> notices;
  const std::vector<TableRow> rows = resumable(command.state, [&] { return find_rows(command, notices); });
  if (!command.csv.empty()) {
    AtomicFile file(command.csv);
    file.write(csv_of(rows));
    file.commit();
  }
  publish(command.output, markdown_of(rows), json_of(command, rows));
  for (const std::string& sentence : notices) notice(command.output, sentence);
}

/// A row has its own weights and noise; ranges of one network are not another's.
void remove_single_options(CLI::App& app) {
  for (const char* name : {"--noise", "--calibration"}) app.remove_option(app.get_option(name));
}

}  // namespace

Work add_table(CLI::App& app) {
  const auto command = std::make_shared<TableCommand>();
  app.add_option("--weights", command->weights, "Checkpoint of a network; may be given several times")
      ->type_name("FILE")
      ->required();
  add_workbench_options(app, command->bench);
  remove_single_options(app);
  app.get_option("--seed")->description("First seed of the searches");
  app.get_option("--seeds")->description("Number of searches with seeds S, S+1, ..., for the error bars");
  app.add_option("--noises", command->noises, "Noises of the analog operations, each with every network")
      ->delimiter(',')
      ->check(CLI::IsMember(noisy_kinds()))
      ->capture_default_str()
      ->group("Noise");
  add_search_options(app, command->search);
  add_state_option(app, command->state);
  app.add_option("--csv", command->csv, "The table as CSV")->type_name("FILE")->group("Output");
  add_output_options(app, command->output);
  app.footer(
      "A row is a network under a noise: accuracies without noise, at full precision and quantised (8 bits "
      "unless --bits says\notherwise), and the smallest energies per MAC, as 'dpac search' finds them, mean "
      "and "
      "standard deviation over --seeds\nsearches. With --state, what is finished is not computed again, also "
      "when networks, noises or seeds are added.\n\n"
      "Example:\n  dpac table --weights resnet20.h5 --weights resnet56.h5 --train-data cifar10/train --data "
      "cifar10/test --seeds 5\n    --state table --csv table.csv");
  return [command] { run(*command); };
}

}  // namespace dpac::cli
