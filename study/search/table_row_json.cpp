#include <algorithm>

#include "study/evaluation/accuracy_text.h"
#include "study/search/find_row.h"
#include "study/search/outcome.h"
#include "study/search/search_json.h"
#include "study/search/search_outcome.h"
#include "study/support/json.h"
#include "study/support/units.h"

namespace dpac {
namespace {

Json seeds_json(const TableRow& row) {
  Json json = Json::array();
  for (const SearchOutcome& search : row.searches) {
    Json own;
    for (const char* kind : kKinds) own[kind] = or_null(energy_found(search, kind));
    json.push_back(own);
  }
  return json;
}

/// By kind that was searched; null where none was.
Json found_json(const TableRow& row) {
  Json json;
  if (row.searches.empty()) return json;
  for (const Allocation& allocation : row.searches.front().allocations)
    json[allocation.kind] = row.found(allocation.kind);
  return json;
}

/// All seeds searched the same kinds, in the same order.
std::vector<KindOutcome> outcomes_of(const TableRow& row) {
  std::vector<KindOutcome> outcomes;
  for (const Allocation& first : row.searches.front().allocations) outcomes.push_back({first.kind, {}, {}});
  for (const SearchOutcome& search : row.searches) {
    for (std::size_t k = 0; k < outcomes.size(); ++k) {
      outcomes[k].target = search.target;
      outcomes[k].searches.push_back(&search.allocations[k]);
    }
  }
  return outcomes;
}

std::vector<std::string> notes_of(const TableRow& row) {
  std::vector<std::string> notes;
  if (row.searches.empty()) return notes;
  const SearchUnits units{energy_unit(row.noise), row.photon_aj, row.measure};
  for (const KindOutcome& outcome : outcomes_of(row)) {
    const std::vector<std::string> own = outcome_notes(outcome, units);
    notes.insert(notes.end(), own.begin(), own.end());
  }
  return notes;
}

void write_savings(const TableRow& row, Json& json) {
  for (const char* kind : {"layer", "channel"}) {
    const auto saving = row.saving(kind);
    json["saving_percent"][kind] = saving ? Json(saving->mean) : Json();
    json["saving_percent_std"][kind] = saving ? or_null(saving->std) : Json();
  }
}

}  // namespace

Json to_json(const TableRow& row) {
  Json json{{"network", row.network},
            {"noise", row.noise},
            {"baseline_top1", or_null(row.full_precision)},
            {"quantized_top1", or_null(row.quantized)},
            {"target_top1", or_null(row.target)}};
  for (const char* kind : kKinds) {
    const auto energy = row.energy(kind);
    json[kind] = nullptr;
    if (energy) json[kind] = {{"mean", energy->mean}, {"std", or_null(energy->std)}};
  }
  write_savings(row, json);
  json["aj_per_mac"] = nullptr;
  for (const char* kind : kKinds) {
    if (row.photon_aj) json["aj_per_mac"][kind] = or_null(row.aj_per_mac(kind));
  }
  json["seeds"] = seeds_json(row);
  json["found"] = found_json(row);
  json["measure"] = measure_name(row.measure);
  json["samples"] = row.samples;
  json["notes"] = notes_of(row);
  json["impossible"] = or_null(row.impossible);
  return json;
}

}  // namespace dpac
