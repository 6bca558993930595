#include <fmt/format.h>

#include "cli/learning/search_report.h"
#include "cli/learning/table_row.h"
#include "cli/support/json.h"

namespace dpac::cli {
namespace {

Json seeds_json(const TableRow& row) {
  Json json = Json::array();
  for (const SearchResult& search : row.searches) {
    Json own;
    for (const char* kind : kKinds) own[kind] = or_null(energy_found(search, kind));
    json.push_back(own);
  }
  return json;
}

std::string fixed(const std::optional<double>& value, int digits, const char* unit = "") {
  return value ? fmt::format("{:.{}f}{}", *value, digits, unit) : "-";
}

std::string energy_cell(const TableRow& row, const std::string& kind) {
  const auto energy = row.energy(kind);
  if (!energy) return "-";
  const std::string spread = energy->std ? fmt::format(" +- {:.2g}", *energy->std) : "";
  return fmt::format("{:.4g}{}", energy->mean, spread);
}

/// As a spreadsheet reads it.
std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

std::string csv_cell(const std::optional<double>& value) {
  return value ? fmt::format(",{}", *value) : ",";
}

/// A bar ends a cell.
std::string markdown_name(const std::string& text) {
  std::string escaped;
  for (const char c : text) escaped += c == '|' ? std::string("\\|") : std::string(1, c);
  return escaped;
}

}  // namespace

Json to_json(const TableRow& row) {
  Json json{{"network", row.network},
            {"noise", row.noise},
            {"baseline_top1", row.baselines.full_precision},
            {"quantized_top1", row.quantized},
            {"target_top1", row.target}};
  for (const char* kind : kKinds) {
    const auto energy = row.energy(kind);
    json[kind] = nullptr;
    if (energy) json[kind] = {{"mean", energy->mean}, {"std", or_null(energy->std)}};
  }
  json["saving_percent"] = {{"layer", or_null(row.saving("layer"))},
                            {"channel", or_null(row.saving("channel"))}};
  json["aj_per_mac"] = nullptr;
  for (const char* kind : kKinds) {
    if (row.photon_aj) json["aj_per_mac"][kind] = or_null(row.aj_per_mac(kind));
  }
  json["seeds"] = seeds_json(row);
  return json;
}

std::string markdown_of(const std::vector<TableRow>& rows) {
  std::string text =
      "| network | noise | full precision | quantised | uniform | per layer | per channel | saving per layer "
      "| "
      "saving per channel | aJ/MAC uniform | aJ/MAC per layer | aJ/MAC per channel |\n"
      "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n";
  for (const TableRow& row : rows) {
    text += fmt::format("| {} | {} | {} | {} |", markdown_name(row.network), row.noise,
                        percent(row.baselines.full_precision), percent(row.quantized));
    for (const char* kind : kKinds) text += fmt::format(" {} |", energy_cell(row, kind));
    for (const char* kind : {"layer", "channel"})
      text += fmt::format(" {} |", fixed(row.saving(kind), 1, " %"));
    for (const char* kind : kKinds) text += fmt::format(" {} |", fixed(row.aj_per_mac(kind), 2));
    text += '\n';
  }
  return text;
}

std::string csv_of(const std::vector<TableRow>& rows) {
  std::string text = "network,noise,baseline_top1,quantized_top1,target_top1";
  for (const char* kind : kKinds) text += fmt::format(",{0}_mean,{0}_std", kind);
  text += ",layer_saving_percent,channel_saving_percent";
  for (const char* kind : kKinds) text += fmt::format(",{}_aj_per_mac", kind);
  text += '\n';
  for (const TableRow& row : rows) {
    text += fmt::format("{},{},{},{},{}", quoted(row.network), row.noise, row.baselines.full_precision,
                        row.quantized, row.target);
    for (const char* kind : kKinds) {
      const auto energy = row.energy(kind);
      text += csv_cell(energy ? std::optional(energy->mean) : std::nullopt);
      text += csv_cell(energy ? energy->std : std::nullopt);
    }
    for (const char* kind : {"layer", "channel"}) text += csv_cell(row.saving(kind));
    for (const char* kind : kKinds) text += csv_cell(row.aj_per_mac(kind));
    text += '\n';
  }
  return text;
}

}  // namespace dpac::cli
