#include "study/search/find_row.h"

#include <utility>

#include <fmt/format.h>

#include "kernels/error.h"
#include "study/learning/state_file.h"
#include "study/search/search_run.h"
#include "study/settings/setting_error.h"
#include "study/settings/settings_json.h"

namespace dpac {
namespace {

void fill(TableRow& row, Workbench& bench, const SearchSettings& settings,
          const std::filesystem::path& network_folder, const SearchCallbacks& callbacks) {
  const NoiseSettings& noise = bench.settings().analog.noise;
  const auto folder = inside(network_folder, noise.noise);
  const Baselines baselines = find_baselines(bench, network_folder, folder);
  row.full_precision = baselines.full_precision;
  row.target = settings.target(baselines.full_precision);
  row.quantized = quantized_accuracy(bench, baselines, folder);
  for (const uint64_t seed : noise.seed_list()) {
    row.searches.push_back(find_smallest(bench, settings, baselines, {seed, 1},
                                         inside(folder, fmt::format("seed-{}", seed)), callbacks));
  }
}

}  // namespace

TableRow find_row(Workbench& bench, const SearchSettings& settings, const std::string& network,
                  const std::filesystem::path& network_folder, const SearchCallbacks& callbacks) {
  const NoiseSettings& noise = bench.settings().analog.noise;
  TableRow row{.network = network,
               .noise = noise.noise,
               .weights_sha256 = bench.session().weights_sha256,
               .options = {},
               .samples = std::ssize(bench.session().data.samples),
               .measure = bench.measure(),
               .photon_aj = noise.photon_aj()};
  Json options = bench.settings_json();
  write(settings, noise.kind(), options);
  row.options = Document(std::move(options));
  try {
    fill(row, bench, settings, network_folder, callbacks);
  } catch (const StateError&) {
    throw;
  } catch (const SettingError&) {
    throw;
  } catch (const Error& error) {
    row.impossible = error.what();
    row.searches.clear();
  }
  return row;
}

}  // namespace dpac
