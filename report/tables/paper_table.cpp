#include "report/tables/paper_table.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "report/tables/caption.h"
#include "study/search/search_units.h"
#include "study/support/units.h"

namespace dpac::report {
namespace {

constexpr const char* kNone = "-";
constexpr const char* kAttojoules = "aJ/MAC";
constexpr const char* kSaving = "saving, %";

/// One row of the result, and what the options say of it.
class Row {
 public:
  Row(const ResultValue& row, const std::optional<double>& tries)
      : row_(row), unit_(energy_unit(row["noise"].text())), tries_(tries) {}

  [[nodiscard]] PaperCell accuracy(const std::string& key) const {
    const auto value = row_.find_number(key);
    if (!value) return kNone;
    return measure_of(row_) == "top-1" ? with_decimals(100 * *value, 2) : with_decimals(*value, 4);
  }

  [[nodiscard]] PaperCell energy(const std::string& kind, const std::string& family) const {
    const auto found = row_.find(kind);
    if (family == kAttojoules) return found ? attojoules(kind, *found) : kNone;
    if (family != unit_) return kNone;
    if (found) return rounded((*found)["mean"].number(), found->find_number("std"));
    return row_.find("impossible") ? "impossible" : not_found(kind);
  }

  [[nodiscard]] PaperCell saving(const std::string& kind) const {
    const auto value = member("saving_percent", kind), error = member("saving_percent_std", kind);
    if (!value) return kNone;
    return error ? rounded(*value, error) : with_decimals(*value, 1);
  }

 private:
  [[nodiscard]] std::optional<double> member(const std::string& key, const std::string& kind) const {
    const auto object = row_.find(key);
    return object ? object->find_number(kind) : std::nullopt;
  }

  /// As far from the mean, in proportion, as the energies are.
  [[nodiscard]] PaperCell attojoules(const std::string& kind, const ResultValue& found) const {
    const auto mean = member("aj_per_mac", kind), error = found.find_number("std");
    if (!mean) return kNone;
    const double photon = *mean / found["mean"].positive();
    return rounded(*mean, error ? std::optional(*error * photon) : std::nullopt);
  }

  [[nodiscard]] std::string not_found(const std::string& kind) const {
    const auto hits = member("found", kind);
    if (hits && *hits > 0) return fmt::format("{} of {} seeds", *hits, row_["seeds"].items().size());
    return tries_ ? fmt::format("none of {}", *tries_) : kNone;
  }

  const ResultValue& row_;
  std::string unit_;
  std::optional<double> tries_;
};

/// The options of the first row; the rest has the same but for networks and noises.
std::optional<ResultValue> common_options(const ResultValue& table) {
  const auto options = table.find("options");
  const auto rows = options ? options->find("rows") : std::nullopt;
  if (!rows || rows->json().empty()) return std::nullopt;
  return rows->items().front();
}

/// The units of the noises there are: shot noise has two.
std::vector<std::string> energy_families(const std::vector<ResultValue>& rows) {
  std::vector<std::string> families;
  const auto add = [&](const std::string& family) {
    if (std::find(families.begin(), families.end(), family) == families.end()) families.push_back(family);
  };
  for (const ResultValue& row : rows) {
    const std::string noise = row["noise"].text();
    add(energy_unit(noise));
    if (counts_photons(noise)) add(kAttojoules);
  }
  // Photons first, whatever the order of the rows.
  std::stable_partition(families.begin(), families.end(),
                        [](const std::string& family) { return family != energy_unit("thermal"); });
  return families;
}

bool saves(const std::vector<std::string>& kinds, const std::string& kind) {
  return kind != "uniform" && std::find(kinds.begin(), kinds.end(), "uniform") != kinds.end();
}

std::vector<PaperColumn> columns_of(const std::vector<std::string>& kinds,
                                    const std::vector<std::string>& families, const std::string& measure) {
  const std::string accuracy = measure == "top-1" ? "top-1, %" : measure;
  std::vector<PaperColumn> columns{
      {"network"}, {"noise"}, {"full precision", accuracy}, {"quantised", accuracy}};
  for (const std::string& family : families) {
    for (const std::string& kind : kinds) columns.push_back({title_of_kind(kind), family});
  }
  for (const std::string& kind : kinds) {
    if (saves(kinds, kind)) columns.push_back({title_of_kind(kind), kSaving});
  }
  return columns;
}

std::vector<PaperCell> cells_of(const ResultValue& value, const std::optional<double>& tries,
                                const std::vector<std::string>& kinds,
                                const std::vector<std::string>& families) {
  const Row row(value, tries);
  std::vector<PaperCell> cells{value["network"].text(), value["noise"].text(), row.accuracy("baseline_top1"),
                               row.accuracy("quantized_top1")};
  for (const std::string& family : families) {
    for (const std::string& kind : kinds) cells.push_back(row.energy(kind, family));
  }
  for (const std::string& kind : kinds) {
    if (saves(kinds, kind)) cells.push_back(row.saving(kind));
  }
  return cells;
}

std::vector<std::string> notes_of(const std::vector<ResultValue>& rows) {
  std::vector<std::string> notes;
  for (const ResultValue& row : rows) {
    const std::string begin = fmt::format("{}, {} noise", row["network"].text(), row["noise"].text());
    if (const auto why = row.find("impossible")) notes.push_back(fmt::format("{}: {}", begin, why->text()));
    const auto own = row.find("notes");
    if (!own || own->json().empty()) continue;
    for (const ResultValue& note : own->items()) notes.push_back(fmt::format("{}, {}", begin, note.text()));
  }
  return notes;
}

}  // namespace

std::string PaperColumn::header() const {
  return family.empty() ? title : fmt::format("{} ({})", title, family);
}

PaperTable paper_table(const ResultValue& table) {
  const std::vector<ResultValue> rows = table["rows"].items();
  const std::vector<std::string> kinds = kinds_asked_for(table), families = energy_families(rows);
  const auto options = common_options(table);
  const std::optional<double> tries = options ? options->find_number("tries") : std::nullopt;
  PaperTable paper{.columns = columns_of(kinds, families, measure_of(rows.front())),
                   .rows = {},
                   .caption = caption_of(table),
                   .notes = notes_of(rows)};
  for (const ResultValue& row : rows) paper.rows.push_back(cells_of(row, tries, kinds, families));
  return paper;
}

std::vector<std::string> kinds_asked_for(const ResultValue& table) {
  const auto options = common_options(table);
  const auto kinds = options ? options->find("kinds") : std::nullopt;
  return kinds ? kinds->json().get<std::vector<std::string>>()
               : std::vector<std::string>{"uniform", "layer", "channel"};
}

}  // namespace dpac::report
