#include "cli/learning/table_row.h"

#include <fmt/format.h>

#include "cli/learning/search_report.h"
#include "cli/learning/state_file.h"
#include "cli/support/statistics.h"

namespace dpac::cli {

std::optional<MeanAndStd> TableRow::energy(const std::string& kind) const {
  std::vector<double> found;
  for (const SearchResult& search : searches) {
    const auto energy = energy_found(search, kind);
    if (!energy) return std::nullopt;
    found.push_back(*energy);
  }
  return MeanAndStd{mean(found), sample_std(found)};
}

std::optional<double> TableRow::saving(const std::string& kind) const {
  const auto uniform = energy("uniform"), own = energy(kind);
  return uniform && own ? saving_percent(uniform->mean, own->mean) : std::nullopt;
}

std::optional<double> TableRow::aj_per_mac(const std::string& kind) const {
  const auto own = energy(kind);
  if (!own || !photon_aj) return std::nullopt;
  return own->mean * *photon_aj;
}

TableRow find_row(Workbench& bench, const SearchOptions& options, const std::string& network,
                  const std::filesystem::path& network_folder) {
  const NoiseOptions& noise = bench.options().analog.noise;
  const auto folder = inside(network_folder, noise.noise);
  TableRow row{.network = network,
               .noise = noise.noise,
               .weights_sha256 = bench.session().weights_sha256,
               .options = bench.options_json(),
               .baselines = find_baselines(bench, network_folder, folder),
               .photon_aj = noise.photon_aj(),
               .searches = {}};
  write(options, noise.kind(), row.options);
  row.target = options.target(row.baselines.full_precision);
  row.quantized = quantized_accuracy(bench, row.baselines, folder);
  for (const uint64_t seed : noise.seed_list()) {
    row.searches.push_back(
        search(bench, options, row.baselines, {seed, 1}, inside(folder, fmt::format("seed-{}", seed))));
  }
  return row;
}

}  // namespace dpac::cli
