#include "cli/text/search_text.h"

#include <optional>
#include <vector>

#include <fmt/format.h>

#include "cli/support/text_table.h"
#include "study/evaluation/accuracy_text.h"
#include "study/search/search_json.h"

namespace dpac::cli {
namespace {

std::optional<double> scaled(const std::optional<double>& value, const std::optional<double>& factor) {
  if (!value || !factor) return std::nullopt;
  return *value * *factor;
}

std::string text_or_dash(const std::optional<double>& value, const char* format) {
  return value ? fmt::format(fmt::runtime(format), *value) : "-";
}

const char* hit_text(const Allocation& allocation) {
  if (!allocation.best) return "-";
  return allocation.hit ? "yes" : "no";
}

}  // namespace

std::string text_of(const SearchOutcome& result, const SearchUnits& units) {
  const Baselines& baselines = result.baselines;
  std::vector<std::string> header{"allocation", units.energy};
  if (units.photon_aj) header.emplace_back("aJ/MAC");
  header.insert(header.end(), {measure_name(units.measure), "saving", "tries", "hit"});
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
