#include "study/search/table_row.h"

#include <fmt/format.h>

#include "kernels/error.h"
#include "study/learning/state_file.h"
#include "study/metrics/statistics.h"
#include "study/search/search_json.h"
#include "study/settings/setting_error.h"
#include "study/settings/settings_json.h"

namespace dpac {
namespace {

/// Energies that every seed found; empty where one of them did not, or there is none.
std::vector<double> energies_of(const TableRow& row, const std::string& kind) {
  std::vector<double> found;
  for (const SearchOutcome& search : row.searches) {
    if (const auto energy = energy_found(search, kind)) found.push_back(*energy);
  }
  if (found.size() != row.searches.size()) found.clear();
  return found;
}

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

std::optional<MeanAndStd> TableRow::energy(const std::string& kind) const {
  const std::vector<double> energies = energies_of(*this, kind);
  if (energies.empty()) return std::nullopt;
  return MeanAndStd{mean(energies), sample_std(energies)};
}

int TableRow::found(const std::string& kind) const {
  int count = 0;
  for (const SearchOutcome& search : searches) count += energy_found(search, kind) ? 1 : 0;
  return count;
}

std::optional<MeanAndStd> TableRow::saving(const std::string& kind) const {
  const std::vector<double> uniform = energies_of(*this, "uniform"), own = energies_of(*this, kind);
  if (uniform.empty() || own.empty()) return std::nullopt;
  std::vector<double> savings;
  for (std::size_t s = 0; s < own.size(); ++s) savings.push_back(*saving_percent(uniform[s], own[s]));
  return MeanAndStd{*saving_percent(mean(uniform), mean(own)), sample_std(savings)};
}

std::optional<double> TableRow::aj_per_mac(const std::string& kind) const {
  const auto own = energy(kind);
  if (!own || !photon_aj) return std::nullopt;
  return own->mean * *photon_aj;
}

TableRow find_row(Workbench& bench, const SearchSettings& settings, const std::string& network,
                  const std::filesystem::path& network_folder, const SearchCallbacks& callbacks) {
  const NoiseSettings& noise = bench.settings().analog.noise;
  TableRow row{.network = network,
               .noise = noise.noise,
               .weights_sha256 = bench.session().weights_sha256,
               .options = bench.settings_json(),
               .samples = std::ssize(bench.session().data.samples),
               .measure = bench.measure(),
               .photon_aj = noise.photon_aj()};
  write(settings, noise.kind(), row.options);
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
