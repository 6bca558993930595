/// @file
/// `dpac table`: minimum energies of several networks under several noises.

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/command.h"
#include "cli/options/learning_options.h"
#include "cli/options/output_options.h"
#include "cli/options/search_options.h"
#include "cli/options/state_option.h"
#include "cli/search_status.h"
#include "cli/support/interrupt.h"
#include "cli/support/terminal_progress.h"
#include "cli/support/usage_error.h"
#include "kernels/error.h"
#include "report/tables/table_markup.h"
#include "study/learning/state_file.h"
#include "study/learning/workbench.h"
#include "study/search/network_names.h"
#include "study/search/table_row.h"
#include "study/settings/setting_error.h"
#include "study/support/atomic_file.h"
#include "study/support/json.h"
#include "study/support/machine.h"
#include "study/support/result_json.h"
#include "study/support/units.h"

namespace dpac::cli {
namespace {

struct TableCommand {
  WorkbenchSettings bench;  ///< Of every row, but for the weights and the noise.
  SearchSettings search;
  OutputOptions output;
  std::vector<std::string> weights, names, noises = noisy_kinds();
  std::string state, csv, latex;

  [[nodiscard]] std::vector<std::string> row_names() const {
    return names.empty() ? dpac::row_names(weights) : names;
  }
};

bool has(const TableCommand& command, const std::string& noise) {
  return std::find(command.noises.begin(), command.noises.end(), noise) != command.noises.end();
}

/// A sigma is for the rows of its noise.
void check_sigma(const TableCommand& command, const std::string& noise, bool given) {
  if (!given || has(command, noise)) return;
  throw UsageError(fmt::format("--sigma-{0} was given, but --noises has no {0}", noise));
}

WorkbenchSettings row_settings(const TableCommand& command, const std::string& weights,
                               const std::string& noise) {
  WorkbenchSettings settings = command.bench;
  settings.model.weights = weights;
  settings.analog.noise.noise = noise;
  if (noise != "thermal") settings.analog.noise.sigma_thermal.reset();
  if (noise != "weight") settings.analog.noise.sigma_weight.reset();
  if (noise == "weight") settings.analog.noise.dot_length = name(DotLength::in_group);  // It has no D.
  settings.analog.ranges_reported = true;  // The quantised baseline has them whatever the noise.
  return settings;
}

/// Before the work, which may take weeks.
void check(const TableCommand& command) {
  check_sigma(command, "thermal", command.bench.analog.noise.sigma_thermal.has_value());
  check_sigma(command, "weight", command.bench.analog.noise.sigma_weight.has_value());
  for (const std::string& noise : command.noises) row_settings(command, "", noise).check();
  command.search.check();
  if (!command.names.empty()) check_names(command.names, command.weights);
}

/// Whether all weights fit the data, before the first row is worked on.
void check_networks(const TableCommand& command, Remarks& remarks) {
  const std::vector<std::string> names = command.row_names();
  for (std::size_t w = 0; w < names.size(); ++w) {
    try {
      WorkbenchSettings settings = row_settings(command, command.weights[w], command.noises.front());
      settings.run = watched(settings.run, command.output.quiet);
      const Workbench bench(settings, "");
      if (command.search.learns()) bench.check_learnable();
      bench.add_remarks(remarks);
    } catch (const SettingError&) {
      throw;
    } catch (const Error& error) {
      throw Error(fmt::format("{}: {}", names[w], error.what()));
    }
  }
}

/// All rows, those of a network together.
std::vector<TableRow> find_rows(const TableCommand& command) {
  const std::vector<std::string> names = command.row_names(), folders = folder_names(command.weights);
  SearchStatus status(command.search, std::ssize(names) * std::ssize(command.noises),
                      command.bench.analog.noise.seeds, command.output.quiet);
  std::vector<TableRow> rows;
  for (std::size_t w = 0; w < names.size(); ++w) {
    const auto folder = inside(command.state, folders[w]);
    for (const std::string& noise : command.noises) {
      WorkbenchSettings settings = row_settings(command, command.weights[w], noise);
      settings.run.progress = status.work_callback();
      settings.run.poll = stop_if_interrupted;
      Workbench bench(settings, inside(folder, noise));
      status.begin_row(names[w], noise,
                       {energy_unit(noise), bench.settings().analog.noise.photon_aj(), bench.measure()});
      rows.push_back(find_row(bench, command.search, names[w], folder, status.callbacks()));
      status.end_row();
    }
  }
  return rows;
}

/// Rows that are impossible are no error as long as others are not.
void check_rows(const std::vector<TableRow>& rows, Remarks& remarks) {
  constexpr std::size_t kMost = 5;
  std::vector<std::string> sentences;
  for (const TableRow& row : rows) {
    if (row.impossible.empty()) continue;
    sentences.push_back(fmt::format("{}, {} noise: {}", row.network, row.noise, row.impossible));
    remarks.notice("a row is impossible: " + sentences.back());
  }
  if (sentences.size() < rows.size()) return;
  if (sentences.size() > kMost) sentences.resize(kMost);
  throw Error(rows.size() == 1
                  ? sentences.front()
                  : fmt::format("no row of the table is possible: {}", fmt::join(sentences, "; ")));
}

Json json_of(const TableCommand& command, const std::vector<TableRow>& rows) {
  Json options{{"weights", command.weights}, {"names", command.row_names()}, {"noise", command.noises}};
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

void write_file(const std::string& path, const std::string& text) {
  if (path.empty()) return;
  AtomicFile file(path);
  file.write(text);
  file.commit();
}

void run(const TableCommand& command) {
  check(command);
  const FolderLock lock(command.state);
  Remarks remarks;
  check_networks(command, remarks);
  const std::vector<TableRow> rows = resumable(command.state, [&] { return find_rows(command); });
  check_rows(rows, remarks);
  const HeldInterrupts held;
  const Json json = json_of(command, rows);
  const std::string source = "table";
  const report::ResultValue result(source, "", json);
  const report::PaperTable table = report::paper_table(result);
  write_file(command.csv, csv_of(result));
  write_file(command.latex, latex_of(table));
  publish(command.output, remarks, markdown_of(table), json);
}

}  // namespace

Work add_table(OptionSet& set) {
  const auto command = std::make_shared<TableCommand>();
  set.paths({"--weights", "FILE", "Checkpoint of a network; may be given several times"}, command->weights,
            FileRole::reads)
      .required();
  set.words({"--names", "A,B,...", "What the rows call them, as many as --weights [the files' names]"},
            command->names);
  add_table_workbench_options(set, command->bench);
  set.heading("Noise");
  set.choices({"--noises", "A,B,...", "Noises of the analog operations, each with every network"},
              command->noises, noisy_kinds());
  add_search_options(set, command->search);
  add_output_options(set, command->output);
  set.path({"--csv", "FILE", "The table as CSV, numbers unrounded"}, command->csv, FileRole::writes);
  set.path({"--latex", "FILE", "The table in LaTeX, with the package booktabs"}, command->latex,
           FileRole::writes);
  add_state_option(set, command->state);
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
