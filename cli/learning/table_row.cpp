#include "cli/learning/table_row.h"

#include <fmt/format.h>

#include "cli/learning/search_report.h"
#include "cli/learning/state_file.h"
#include "cli/support/statistics.h"
#include "kernels/error.h"

namespace dpac::cli {
namespace {

/// Energies that every seed found; empty where one of them did not, or there is none.
std::vector<double> energies_of(const TableRow& row, const std::string& kind) {
  std::vector<double> found;
  for (const SearchResult& search : row.searches) {
    if (const auto energy = energy_found(search, kind)) found.push_back(*energy);
  }
  if (found.size() != row.searches.size()) found.clear();
  return found;
}

void fill(TableRow& row, Workbench& bench, const SearchOptions& options,
          const std::filesystem::path& network_folder, const SearchCallbacks& callbacks) {
  const NoiseOptions& noise = bench.options().analog.noise;
  const auto folder = inside(network_folder, noise.noise);
  const Baselines baselines = find_baselines(bench, network_folder, folder);
  row.full_precision = baselines.full_precision;
  row.target = options.target(baselines.full_precision);
  row.quantized = quantized_accuracy(bench, baselines, folder);
  for (const uint64_t seed : noise.seed_list()) {
    row.searches.push_back(search(bench, options, baselines, {seed, 1},
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
  for (const SearchResult& search : searches) count += energy_found(search, kind) ? 1 : 0;
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

TableRow find_row(Workbench& bench, const SearchOptions& options, const std::string& network,
                  const std::filesystem::path& network_folder, const SearchCallbacks& callbacks) {
  const NoiseOptions& noise = bench.options().analog.noise;
  TableRow row{.network = network,
               .noise = noise.noise,
               .weights_sha256 = bench.session().weights_sha256,
               .options = bench.options_json(),
               .samples = std::ssize(bench.session().data.samples),
               .measure = bench.measure(),
               .photon_aj = noise.photon_aj()};
  write(options, noise.kind(), row.options);
  try {
    fill(row, bench, options, network_folder, callbacks);
  } catch (const StateError&) {
    throw;
  } catch (const Error& error) {
    row.impossible = error.what();
    row.searches.clear();
  }
  return row;
}

}  // namespace dpac::cli
