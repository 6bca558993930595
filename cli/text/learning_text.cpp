#include "cli/text/learning_text.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "cli/support/text_table.h"
#include "cli/text/point_text.h"

namespace dpac::cli {
namespace {

std::string layers_text(const LearningResult& result) {
  const bool channels = std::any_of(result.learned.energies.begin(), result.learned.energies.end(),
                                    [](const auto& layer) { return layer.size() > 1; });
  std::vector<std::string> header{"layer", energy_header(result.energy), "share"};
  if (channels) header.insert(header.end(), {"least", "most"});
  TextTable table(header);
  for (std::size_t l = 0; l < result.learned.energies.size(); ++l) {
    const LayerEnergy& layer = result.energy.ledger.layers[l];
    if (layer.macs == 0) continue;
    std::vector<std::string> row{layer.name, fmt::format("{:.4g}", layer.energy_per_mac),
                                 fmt::format("{:.1f} %", 100 * layer.share)};
    if (channels) {
      const auto [least, most] =
          std::minmax_element(result.learned.energies[l].begin(), result.learned.energies[l].end());
      row.insert(row.end(), {fmt::format("{:.4g}", *least), fmt::format("{:.4g}", *most)});
    }
    table.add(row);
  }
  return table.text();
}

}  // namespace

std::string text_of(const LearningResult& result, double target_energy) {
  std::string text = layers_text(result) + '\n';
  text += text_of(result.energy);
  text += fmt::format("target  {:.4g}\n", target_energy);
  if (result.accuracy)
    text += fmt::format("{:<7} {}\n", measure_name(result.accuracy->measure), percent(*result.accuracy));
  if (const auto ms = result.ms_per_step()) {
    text += fmt::format("{} steps, {:.1f} ms a step\n", result.learned.history.size(), *ms);
  }
  return text;
}

}  // namespace dpac::cli
