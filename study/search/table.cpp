#include "study/search/table.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kernels/error.h"
#include "study/learning/state_file.h"
#include "study/learning/workbench.h"
#include "study/options/check_values.h"
#include "study/options/learning_options.h"
#include "study/search/find_row.h"
#include "study/search/network_names.h"
#include "study/settings/setting_error.h"
#include "study/support/json.h"
#include "study/support/machine.h"
#include "study/support/result_json.h"
#include "study/support/units.h"

namespace dpac {
namespace {

/// A constant is for the rows of its noise.
void check_constants(const TableSettings& settings) {
  for (const GivenConstant& given : settings.analog.noise.given_constants()) {
    const auto acts = [&](const std::string& noise) { return noise_kind(noise).has(given.noise); };
    if (std::any_of(settings.noises.begin(), settings.noises.end(), acts)) continue;
    throw SettingError(fmt::format("{} was given, but --noises has no {}", given.option, name(given.noise)));
  }
}

WorkbenchSettings row_settings(const TableSettings& settings, const std::string& weights,
                               const std::string& noise) {
  WorkbenchSettings row = settings;
  row.model.weights = weights;
  row.analog.noise = settings.analog.noise.of(noise);
  row.analog.ranges_reported = true;  // The quantised baseline has them whatever the noise.
  return row;
}

/// Whether all weights fit the data, before the first row is worked on.
void check_networks(const TableSettings& settings, Remarks& remarks) {
  const std::vector<std::string> names = settings.names_in_force();
  for (std::size_t w = 0; w < names.size(); ++w) {
    try {
      const Workbench bench(row_settings(settings, settings.weights[w], settings.noises.front()), "");
      if (settings.search.learns()) bench.check_learnable();
      bench.add_remarks(remarks);
    } catch (const SettingError&) {
      throw;
    } catch (const Error& error) {
      throw Error(fmt::format("{}: {}", names[w], error.what()));
    }
  }
}

std::vector<TableRow> find_rows(const TableSettings& settings, const SearchCallbacks& callbacks) {
  const std::vector<std::string> names = settings.names_in_force(), folders = folder_names(settings.weights);
  std::vector<TableRow> rows;
  for (std::size_t w = 0; w < names.size(); ++w) {
    const auto folder = inside(settings.state, folders[w]);
    for (const std::string& noise : settings.noises) {
      Workbench bench(row_settings(settings, settings.weights[w], noise), inside(folder, noise));
      const SearchUnits units{energy_unit(noise), bench.settings().analog.noise.photon_aj(), bench.measure()};
      if (callbacks.on_row) callbacks.on_row({names[w], noise, units});
      rows.push_back(find_row(bench, settings.search, names[w], folder, callbacks));
      if (callbacks.on_row_end) callbacks.on_row_end();
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

Json json_of(const TableSettings& settings, const std::vector<TableRow>& rows) {
  Json options{
      {"weights", settings.weights}, {"names", settings.names_in_force()}, {"noise", settings.noises}};
  auto sha256 = Json::array(), results = sha256;
  for (const TableRow& row : rows) {
    options["rows"].push_back(row.options.json());
    results.push_back(to_json(row));
    if (row.noise == settings.noises.front()) sha256.push_back(row.weights_sha256);
  }
  auto json = result_json("table", options, "", thread_count(settings.run.threads));
  json["weights_sha256"] = sha256;
  json["rows"] = results;
  return json;
}

}  // namespace

void add_options(OptionSet& set, TableSettings& settings) {
  set.paths({"--weights", "FILE", "Checkpoint of a network; may be given several times"}, settings.weights,
            FileRole::reads)
      .required();
  set.words({"--names", "A,B,...", "What the rows call them, as many as --weights [the files' names]"},
            settings.names);
  add_table_workbench_options(set, settings);
  set.heading("Noise");
  set.sums(
      {"--noises", "A,B,...",
       "Noises of the analog operations, each with every network; several with + between them act together"},
      settings.noises, noisy_kinds());
  add_search_options(set, settings.search);
}

void TableSettings::check() const {
  check_values(*this);
  check_constants(*this);
  for (const std::string& noise : noises) row_settings(*this, "", noise).check();
  search.check();
  if (!names.empty()) check_names(names, weights);
}

std::vector<std::string> TableSettings::names_in_force() const {
  return names.empty() ? row_names(weights) : names;
}

TableResult table(const TableSettings& settings, const SearchCallbacks& callbacks) {
  settings.check();
  const FolderLock lock(settings.state);
  TableResult result;
  check_networks(settings, result.remarks);
  result.rows = find_rows(settings, callbacks);
  check_rows(result.rows, result.remarks);
  result.document = Document(json_of(settings, result.rows), result.remarks);
  return result;
}

}  // namespace dpac
