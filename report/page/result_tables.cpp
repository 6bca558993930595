#include "report/page/result_tables.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "report/page/fields.h"
#include "report/page/html.h"
#include "report/pictures/layer_energies.h"
#include "report/tables/paper_table.h"
#include "study/support/json.h"
#include "study/support/units.h"

namespace dpac::report {
namespace {

/// Where a result came from, and what has tables of its own.
const std::vector<std::string_view> kNotSummary{"command",        "version",      "options",
                                                "weights_sha256", "noise_stream", "machine",
                                                "ranges",         "energies",     "samples_per_round"};

/// Lists with a table each, and its title.
constexpr std::array kRecords{std::pair{"points", "by energy"}, std::pair{"allocations", "allocations"}};

/// Of these records, what has its place elsewhere.
const std::vector<std::string_view> kNotRecord{"energies", "outcome"};

bool is_list_of_objects(const std::optional<ResultValue>& value) {
  if (!value || !value->json().is_array() || value->json().empty()) return false;
  const std::vector<Json>& items = value->json().items();
  return std::all_of(items.begin(), items.end(), [](const Json& item) { return item.is_object(); });
}

std::string text_at(const std::vector<Cell>& cells, const std::string& label) {
  const auto cell = std::find_if(cells.begin(), cells.end(), [&](const Cell& c) { return c.label == label; });
  return cell == cells.end() ? kNothing : cell->text;
}

/// A row for each record, a column for whatever any of them has.
std::string record_table(const std::vector<ResultValue>& records, std::string_view noise) {
  std::vector<std::vector<Cell>> rows;
  std::vector<std::string> labels;
  for (const ResultValue& record : records) {
    rows.push_back(cells_of(record, noise, kNotRecord));
    for (const Cell& cell : rows.back()) {
      if (std::find(labels.begin(), labels.end(), cell.label) == labels.end()) labels.push_back(cell.label);
    }
  }
  HtmlTable table(labels);
  for (const auto& cells : rows) {
    std::vector<std::string> row;
    for (const std::string& label : labels) row.push_back(text_at(cells, label));
    table.add(row);
  }
  return table.html();
}

std::string energy_text(const std::vector<LayerEnergyRange>& layers, const std::string& name) {
  const auto layer =
      std::find_if(layers.begin(), layers.end(), [&](const auto& l) { return l.layer == name; });
  if (layer == layers.end()) return kNothing;
  if (layer->min == layer->max) return number_text(layer->mean);
  return fmt::format("{} ({} \u2026 {})", number_text(layer->mean), number_text(layer->min),
                     number_text(layer->max));
}

/// Layers down, allocations across.
std::string energies_table(const ResultFile& result) {
  const std::vector<EnergyAllocation> allocations = energy_allocations(result);
  if (allocations.empty()) return "";
  std::vector<std::string> header{energy_unit(result.noise()) + " of layer"};
  for (const EnergyAllocation& allocation : allocations) {
    header.push_back(allocation.name.empty() ? "mean (least \u2026 most of its channels)" : allocation.name);
  }
  HtmlTable table(header);
  for (const LayerEnergyRange& layer : allocations.front().layers) {
    std::vector<std::string> row{layer.layer};
    for (const EnergyAllocation& allocation : allocations) {
      row.push_back(energy_text(allocation.layers, layer.layer));
    }
    table.add(row);
  }
  return table.html();
}

/// Layers down, energies across; of one energy all that is known.
std::string bits_table(const ResultFile& result) {
  const std::vector<ResultValue> points = result.root()["points"].items();
  if (points.size() == 1) return record_table(points.front()["layers"].items(), result.noise());
  std::vector<std::string> header{"noise bits of layer"};
  std::vector<std::vector<ResultValue>> layers;
  for (const ResultValue& point : points) {
    header.push_back(
        fmt::format("{} {}", number_text(point["energy"].number()), energy_unit(result.noise())));
    layers.push_back(point["layers"].items());
  }
  HtmlTable table(header);
  for (std::size_t l = 0; l < layers.front().size(); ++l) {
    std::vector<std::string> row{layers.front()[l]["name"].text()};
    for (const auto& own : layers) {
      const auto bits = l < own.size() ? own[l].find_number("bits") : std::nullopt;
      row.push_back(bits ? fmt::format("{:.2f}", *bits) : kNothing);
    }
    table.add(row);
  }
  return table.html();
}

std::string with_sign(std::string text) {
  for (std::size_t at = 0; (at = text.find("+-", at)) != std::string::npos;) text.replace(at, 2, "\u00b1");
  return text;
}

std::string cell_text(const PaperCell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text == "-" ? kNothing : *text;
  return with_sign(plain_text(std::get<Rounded>(cell)));
}

/// The table that `table` prints.
std::string networks_table(const ResultFile& result) {
  const PaperTable paper = paper_table(result.root());
  std::vector<std::string> header, groups;
  for (const PaperColumn& column : paper.columns) {
    header.push_back(column.title);
    groups.push_back(column.family);
  }
  HtmlTable table(header, groups);
  for (const auto& cells : paper.rows) {
    std::vector<std::string> row;
    for (const PaperCell& cell : cells) row.push_back(cell_text(cell));
    table.add(row);
  }
  return fmt::format("<h3>networks</h3>\n{}<p>{}</p>\n{}", table.html(), html_text(with_sign(paper.caption)),
                     html_list(paper.notes));
}

/// The sentences on what each allocation of `search` came to, as far as there are any.
std::string outcomes(const ResultFile& result) {
  std::vector<std::string> sentences;
  for (const ResultValue& allocation : result.root()["allocations"].items()) {
    if (const auto outcome = allocation.find("outcome")) sentences.push_back(outcome->text());
  }
  return html_list(sentences);
}

/// What the command said beside its result.
std::string notices(const ResultFile& result) {
  const auto sentences = result.root().find("notices");
  return sentences ? html_list(sentences->json().get<std::vector<std::string>>()) : "";
}

}  // namespace

std::string summary_tables(const ResultFile& result) {
  const std::string command = result.command();
  if (command == "table") return networks_table(result) + notices(result);
  HtmlTable table({"", ""});
  for (const Cell& cell : cells_of(result.root(), result.noise(), kNotSummary))
    table.add({cell.label, cell.text});
  std::string html = command == "demo" ? "<h3>without noise</h3>\n" : "";
  html += table.html();
  for (const auto& [key, title] : kRecords) {
    const auto records = result.root().find(key);
    if (!is_list_of_objects(records)) continue;
    html += fmt::format("<h3>{}</h3>\n{}", title, record_table(records->items(), result.noise()));
  }
  if (command == "search") html += outcomes(result);
  return html + notices(result);
}

std::string layer_tables(const ResultFile& result) {
  const std::string command = result.command();
  if (command == "learn" || command == "search") return energies_table(result);
  if (command == "bits") return bits_table(result);
  const auto layers = result.root().find("layers");
  return is_list_of_objects(layers) ? record_table(layers->items(), result.noise()) : "";
}

std::string options_table(const ResultFile& result) {
  const auto options = result.root().find("options");
  if (!options) return "";
  HtmlTable table({"option", "value"});
  for (const auto& [key, value] : options->members()) {
    const Json& json = value.json();
    table.add({key, json.is_null() ? kNothing : json.is_string() ? json.get<std::string>() : json.dump()});
  }
  return table.html();
}

}  // namespace dpac::report
