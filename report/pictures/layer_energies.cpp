#include "report/pictures/layer_energies.h"

#include <algorithm>

namespace dpac::report {
namespace {

LayerEnergyRange range_of(const std::string& layer, const ResultValue& energy) {
  if (energy.json().is_number()) {
    const double value = energy.positive();
    return {layer, value, value, value};
  }
  if (!energy.json().is_array()) energy.fail("a number or a list of them");
  const std::vector<ResultValue> channels = energy.items();
  LayerEnergyRange range{layer, 0, channels.front().positive(), 0};
  for (const ResultValue& channel : channels) {
    const double value = channel.positive();
    range.mean += value / static_cast<double>(channels.size());
    range.min = std::min(range.min, value);
    range.max = std::max(range.max, value);
  }
  return range;
}

std::vector<LayerEnergyRange> ledger(const ResultValue& layers) {
  std::vector<LayerEnergyRange> ranges;
  for (const ResultValue& layer : layers.items()) {
    const auto energy = layer.find("energy_per_mac");
    if (energy) ranges.push_back(range_of(layer["name"].text(), *energy));
  }
  return ranges;
}

std::vector<EnergyAllocation> searched(const ResultValue& root) {
  std::vector<EnergyAllocation> found;
  for (const ResultValue& allocation : root["allocations"].items()) {
    const auto energies = allocation.find("energies");
    if (energies) found.push_back({allocation["kind"].text(), energy_ranges(*energies)});
  }
  return found;
}

}  // namespace

std::vector<LayerEnergyRange> energy_ranges(const ResultValue& energies) {
  std::vector<LayerEnergyRange> ranges;
  for (const auto& [layer, energy] : energies.members()) {
    if (!energy.json().is_null()) ranges.push_back(range_of(layer, energy));
  }
  if (ranges.empty()) energies.fail("an energy for each layer");
  return ranges;
}

std::vector<EnergyAllocation> energy_allocations(const ResultFile& result) {
  const ResultValue root = result.root();
  if (result.command() == "search") return searched(root);
  if (result.command() == "learn") return {{"", energy_ranges(root["energies"])}};
  return {{"", ledger(root["layers"])}};
}

}  // namespace dpac::report
