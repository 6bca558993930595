#include "cli/learning/search_report.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/energies_output.h"
#include "cli/learning/learning_run.h"
#include "cli/support/json.h"
#include "cli/support/text_table.h"

namespace dpac::cli {
namespace {

std::optional<double> scaled(const std::optional<double>& value, const std::optional<double>& factor) {
  if (!value || !factor) return std::nullopt;
  return *value * *factor;
}

std::string text_or_dash(const std::optional<double>& value, const char* format) {
  return value ? fmt::format(fmt::runtime(format), *value) : "-";
}

Json allocation_json(const Allocation& allocation, const std::vector<AnalogLayer>& layers,
                     const std::optional<double>& photon_aj) {
  Json json{{"kind", allocation.kind}, {"energy_per_mac", nullptr}, {"aj_per_mac", nullptr},
            {"top1", nullptr},         {"hit", allocation.hit},     {"tries", nullptr},
            {"energies", nullptr}};
  if (allocation.best) {
    json["energy_per_mac"] = allocation.best->energy_per_mac;
    json["aj_per_mac"] = or_null(scaled(allocation.best->energy_per_mac, photon_aj));
    json["top1"] = allocation.best->accuracy;
    json["energies"] = energies_json(layers, allocation.energies);
  }
  for (const SearchTry& made : allocation.tries) {
    json["tries"].push_back({{"target_energy", made.target_energy},
                             {"energy_per_mac", made.energy_per_mac},
                             {"top1", made.accuracy}});
  }
  return json;
}

/// What a kind that ended without a hit ended with; empty for the others.
std::string remark(const Allocation& allocation, double target) {
  if (allocation.hit) return "";
  const auto reaches = [&](const SearchTry& made) { return made.accuracy >= target; };
  const std::size_t tries = allocation.tries.size();
  if (!allocation.best) {
    return fmt::format("{}: none of {} tries reaches the target.\n", allocation.kind, tries);
  }
  if (std::all_of(allocation.tries.begin(), allocation.tries.end(), reaches)) {
    return fmt::format("{}: every one of {} tries reaches the target; a smaller energy may do so too.\n",
                       allocation.kind, tries);
  }
  return fmt::format(
      "{}: none of {} tries lies within 0.1 points above the target; this is the smallest energy "
      "that reaches it.\n",
      allocation.kind, tries);
}

/// Learning that did not come down to what bisection asked for makes the search a search for nothing.
std::string learning_remark(const Allocation& allocation) {
  if (!allocation.learned) return "";
  const auto above = std::count_if(
      allocation.tries.begin(), allocation.tries.end(),
      [](const SearchTry& made) { return made.energy_per_mac > kNearTarget * made.target_energy; });
  if (above == 0) return "";
  return fmt::format(
      "{}: in {} of {} tries learning ended above the energy it was to reach; more --steps, a lower --start "
      "or "
      "a higher --lambda bring it nearer.\n",
      allocation.kind, above, allocation.tries.size());
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

void write(const SearchResult& result, const std::vector<AnalogLayer>& layers,
           const std::optional<double>& photon_aj, Json& json) {
  json["baseline_top1"] = result.baselines.full_precision;
  json["noise_free_top1"] = result.baselines.without_noise;
  json["target_top1"] = result.target;
  for (const Allocation& allocation : result.allocations) {
    json["allocations"].push_back(allocation_json(allocation, layers, photon_aj));
  }
  const auto uniform = energy_found(result, "uniform");
  for (const char* kind : {"layer", "channel"}) {
    json["saving_percent"][kind] = or_null(saving_percent(uniform, energy_found(result, kind)));
  }
}

std::string text_of(const SearchResult& result, const std::optional<double>& photon_aj) {
  const Baselines& baselines = result.baselines;
  TextTable table(
      {"allocation", photon_aj ? "photons/MAC" : "x base energy/MAC", "aJ/MAC", "top-1", "saving", "tries"});
  const auto uniform = energy_found(result, "uniform");
  std::string remarks;
  for (const Allocation& allocation : result.allocations) {
    const auto energy = energy_found(result, allocation.kind);
    const auto saving = allocation.kind == "uniform" ? std::nullopt : saving_percent(uniform, energy);
    table.add({allocation.kind, text_or_dash(energy, "{:.4g}"),
               text_or_dash(scaled(energy, photon_aj), "{:.4g}"),
               allocation.best ? percent(allocation.best->accuracy) : "-", text_or_dash(saving, "{:.1f} %"),
               std::to_string(allocation.tries.size())});
    remarks += remark(allocation, result.target) + learning_remark(allocation);
  }
  return fmt::format("full precision {}, without noise {}, target {}\n\n{}{}{}",
                     percent(baselines.full_precision), percent(baselines.without_noise),
                     percent(result.target), table.text(), remarks.empty() ? "" : "\n", remarks);
}

}  // namespace dpac::cli
