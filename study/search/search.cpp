#include "study/search/search.h"

#include <utility>

#include "study/calibration/analog_setup.h"
#include "study/calibration/analog_setup_json.h"
#include "study/learning/state_file.h"
#include "study/learning/workbench.h"
#include "study/options/check_values.h"
#include "study/options/learning_options.h"
#include "study/options/model_options.h"
#include "study/search/network_names.h"
#include "study/search/search_json.h"
#include "study/search/search_run.h"
#include "study/session/session.h"
#include "study/settings/settings_json.h"
#include "study/support/json.h"
#include "study/support/machine.h"
#include "study/support/result_json.h"
#include "study/support/units.h"

namespace dpac {
namespace {

Json json_of(const EnergySearchSettings& settings, Workbench& bench, const SearchResult& result) {
  auto options = bench.settings_json();
  write(settings.search, settings.analog.kind(), options);
  auto json = result_json("search", std::move(options), bench.session().weights_sha256,
                          thread_count(settings.run.threads));
  json["samples"] = bench.session().data.samples.size();
  json["mean_tokens"] = mean_tokens(bench.session().graph);
  write(result.found, result.layers, result.units, json);
  write(bench.setup(), json);
  return json;
}

}  // namespace

void add_options(OptionSet& set, EnergySearchSettings& settings) {
  add_weights_option(set, settings.model);
  add_workbench_options(set, settings);
  add_search_options(set, settings.search);
}

void EnergySearchSettings::check() const {
  check_values(*this);
  WorkbenchSettings::check();
  check_state(state);
  search.check();
}

SearchResult search(const EnergySearchSettings& settings, const SearchCallbacks& callbacks) {
  settings.check();
  const FolderLock lock(settings.state);
  Workbench bench(settings, settings.state);
  const NoiseSettings& noise = settings.analog.noise;
  SearchResult result{.layers = bench.layers(),
                      .units = {energy_unit(noise.noise), noise.photon_aj(), bench.measure()}};
  if (callbacks.on_row)
    callbacks.on_row({row_names({settings.model.weights}).front(), noise.noise, result.units});
  const Baselines baselines = find_baselines(bench, settings.state, settings.state);
  result.found =
      find_smallest(bench, settings.search, baselines, {noise.seed, noise.seeds}, settings.state, callbacks);
  if (callbacks.on_row_end) callbacks.on_row_end();
  bench.add_remarks(result.remarks);
  add_remarks(bench.setup(), result.remarks);
  result.document = Document(json_of(settings, bench, result), result.remarks);
  return result;
}

}  // namespace dpac
