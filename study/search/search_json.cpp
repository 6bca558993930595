#include "study/search/search_json.h"

#include "study/energies/energies_json.h"
#include "study/evaluation/accuracy_text.h"
#include "study/search/outcome.h"
#include "study/support/json.h"

namespace dpac {
namespace {

std::optional<double> scaled(const std::optional<double>& value, const std::optional<double>& factor) {
  if (!value || !factor) return std::nullopt;
  return *value * *factor;
}

Json allocation_json(const SearchOutcome& result, const Allocation& allocation,
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

}  // namespace

std::optional<double> saving_percent(const std::optional<double>& uniform,
                                     const std::optional<double>& energy) {
  if (!uniform || !energy) return std::nullopt;
  return 100 * (1 - *energy / *uniform);
}

std::optional<double> energy_found(const SearchOutcome& result, const std::string& kind) {
  for (const Allocation& allocation : result.allocations) {
    if (allocation.kind == kind && allocation.best) return allocation.best->energy_per_mac;
  }
  return std::nullopt;
}

std::optional<double> saving_of(const SearchOutcome& result, const Allocation& allocation) {
  if (allocation.kind == "uniform") return std::nullopt;
  return saving_percent(energy_found(result, "uniform"), energy_found(result, allocation.kind));
}

void write(const SearchOutcome& result, const std::vector<AnalogLayer>& layers, const SearchUnits& units,
           Json& json) {
  json["baseline_top1"] = result.baselines.full_precision;
  json["noise_free_top1"] = result.baselines.without_noise;
  json["target_top1"] = result.target;
  json["measure"] = measure_name(units.measure);
  for (const Allocation& allocation : result.allocations) {
    json["allocations"].push_back(allocation_json(result, allocation, layers, units));
  }
  const auto uniform = energy_found(result, "uniform");
  for (const char* kind : {"layer", "channel"}) {
    json["saving_percent"][kind] = or_null(saving_percent(uniform, energy_found(result, kind)));
  }
}

}  // namespace dpac
