#include "study/search/table_row.h"

#include "study/metrics/statistics.h"
#include "study/search/search_json.h"

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

}  // namespace dpac
