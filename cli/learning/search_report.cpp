#include "cli/learning/search_report.h"

#include <fmt/format.h>

#include "cli/energies_output.h"
#include "cli/learning/outcome.h"
#include "cli/support/json.h"
#include "cli/support/text_table.h"
#include "cli/tables/paper_table.h"

namespace dpac::cli {
namespace {

std::optional<double> scaled(const std::optional<double>& value, const std::optional<double>& factor) {
  if (!value || !factor) return std::nullopt;
  return *value * *factor;
}

std::string text_or_dash(const std::optional<double>& value, const char* format) {
  return value ? fmt::format(fmt::runtime(format), *value) : "-";
}

/// Against uniform; uniform itself saves nothing.
std::optional<double> saving_of(const SearchResult& result, const Allocation& allocation) {
  if (allocation.kind == "uniform") return std::nullopt;
  return saving_percent(energy_found(result, "uniform"), energy_found(result, allocation.kind));
}

Json allocation_json(const SearchResult& result, const Allocation& allocation,
                     const std::vector<AnalogLayer>& layers, const SearchUnits& units) {
  Json json{{"kind", allocation.kind}, {"energy_per_mac", nullptr}, {"aj_per_mac", nullptr},
            {"top1", nullptr},         {"hit", allocation.hit},     {"tries", nullptr},
            {"energies", nullptr}};
  if (allocation.best) {
    json["energy_per_mac"] = allocation.best->energy_per_mac;
    json["aj_per_mac"] = or_null(scaled(allocation.best->energy_per_mac, units.photon_aj));
    json["top1"] = allocation.best->accuracy;
    json["energies"] = energies_json(layers, allocation.energies);
  }
  for (const SearchTry& made : allocation.tries) {
    json["tries"].push_back({{"target_energy", made.target_energy},
                             {"energy_per_mac", made.energy_per_mac},
                             {"top1", made.accuracy}});
  }
  json["outcome"] = outcome_text(allocation, result.target, units, saving_of(result, allocation));
  return json;
}

const char* hit_text(const Allocation& allocation) {
  if (!allocation.best) return "-";
  return allocation.hit ? "yes" : "no";
}

}  // namespace

std::optional<double> saving_percent(const std::optional<double>& uniform,
                                     const std::optional<double>& energy) {
  if (!uniform || !energy) return std::nullopt;
  return 100 * (1 - *energy / *uniform);
}

std::optional<double> energy_found(const SearchResult& result, const std::string& kind) {
  for (const Allocation& allocation : result.allocations) {
    if (allocation.kind == kind && allocation.best) return allocation.best->energy_per_mac;
  }
  return std::nullopt;
}

void write(const SearchResult& result, const std::vector<AnalogLayer>& layers, const SearchUnits& units,
           Json& json) {
  json["baseline_top1"] = result.baselines.full_precision;
  json["noise_free_top1"] = result.baselines.without_noise;
  json["target_top1"] = result.target;
  json["measure"] = header_of(Accuracy{.measure = units.measure});
  for (const Allocation& allocation : result.allocations) {
    json["allocations"].push_back(allocation_json(result, allocation, layers, units));
  }
  const auto uniform = energy_found(result, "uniform");
  for (const char* kind : {"layer", "channel"}) {
    json["saving_percent"][kind] = or_null(saving_percent(uniform, energy_found(result, kind)));
  }
}

std::string text_of(const SearchResult& result, const SearchUnits& units) {
  const Baselines& baselines = result.baselines;
  std::vector<std::string> header{"allocation", units.energy};
  if (units.photon_aj) header.emplace_back("aJ/MAC");
  header.insert(header.end(), {header_of(Accuracy{.measure = units.measure}), "saving", "tries", "hit"});
  TextTable table(header);
  std::string outcomes;
  for (const Allocation& allocation : result.allocations) {
    const auto energy = energy_found(result, allocation.kind), saving = saving_of(result, allocation);
    std::vector<std::string> row{title_of_kind(allocation.kind), text_or_dash(energy, "{:.4g}")};
    if (units.photon_aj) row.push_back(text_or_dash(scaled(energy, units.photon_aj), "{:.4g}"));
    row.insert(row.end(), {allocation.best ? units.accuracy_text(allocation.best->accuracy) : "-",
                           text_or_dash(saving, "{:.1f} %"), std::to_string(allocation.tries.size()),
                           hit_text(allocation)});
    table.add(row);
    outcomes += outcome_text(allocation, result.target, units, saving) + '\n' + learning_text(allocation);
  }
  return fmt::format("full precision {}, without noise {}, target {}\n\n{}\n{}",
                     units.accuracy_text(baselines.full_precision),
                     units.accuracy_text(baselines.without_noise), units.accuracy_text(result.target),
                     table.text(), outcomes);
}

}  // namespace dpac::cli
