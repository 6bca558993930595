// The result of `table` as CSV.

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "report/tables/markup.h"
#include "report/tables/table_markup.h"
#include "study/support/units.h"

namespace dpac::report {
namespace {

/// Appends fields with their names: the names of the first row are the header.
class Line {
 public:
  void add(const std::string& name, const std::string& text) {
    names_.push_back(name);
    fields_.push_back(csv_field(text));
  }

  void add(const std::string& name, const std::optional<double>& number) {
    add(name, number ? fmt::format("{}", *number) : "");
  }

  [[nodiscard]] std::string header() const { return fmt::format("{}\n", fmt::join(names_, ",")); }
  [[nodiscard]] std::string text() const { return fmt::format("{}\n", fmt::join(fields_, ",")); }

 private:
  std::vector<std::string> names_, fields_;
};

std::optional<double> member(const ResultValue& row, const char* key, const std::string& kind) {
  const auto object = row.find(key);
  return object ? object->find_number(kind) : std::nullopt;
}

bool has_shot_noise(const std::vector<ResultValue>& rows) {
  return std::any_of(rows.begin(), rows.end(),
                     [](const ResultValue& row) { return counts_photons(row["noise"].text()); });
}

void add_energies(const ResultValue& row, const std::vector<std::string>& kinds, bool shot, Line& line) {
  for (const std::string& kind : kinds) {
    const auto found = row.find(kind);
    line.add(kind + "_mean", found ? found->find_number("mean") : std::nullopt);
    line.add(kind + "_std", found ? found->find_number("std") : std::nullopt);
  }
  for (const std::string& kind : kinds) {
    if (kind == "uniform") continue;
    line.add(kind + "_saving_percent", member(row, "saving_percent", kind));
    line.add(kind + "_saving_percent_std", member(row, "saving_percent_std", kind));
  }
  for (const std::string& kind : kinds) {
    if (shot) line.add(kind + "_aj_per_mac", member(row, "aj_per_mac", kind));
  }
  for (const std::string& kind : kinds) line.add(kind + "_found", member(row, "found", kind));
}

}  // namespace

std::string csv_of(const ResultValue& table) {
  const std::vector<ResultValue> rows = table["rows"].items();
  const bool shot = has_shot_noise(rows);
  std::string text;
  for (const ResultValue& row : rows) {
    const std::string noise = row["noise"].text();
    const auto why = row.find("impossible");
    Line line;
    line.add("network", row["network"].text());
    line.add("noise", noise);
    for (const char* key : {"baseline_top1", "quantized_top1", "target_top1"})
      line.add(key, row.find_number(key));
    add_energies(row, kinds_asked_for(table), shot, line);
    line.add("energy_unit", energy_unit(noise));
    line.add("samples", row.find_number("samples"));
    const auto seeds = row.find("seeds");
    line.add("seeds", seeds ? std::optional(static_cast<double>(seeds->json().size())) : std::nullopt);
    line.add("impossible", why ? why->text() : "");
    if (text.empty()) text = line.header();
    text += line.text();
  }
  return text;
}

}  // namespace dpac::report
