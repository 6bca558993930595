#include "study/energies/energies_json.h"

#include <string>

#include <fmt/format.h>

#include "study/energies/energies_file.h"

namespace dpac {
namespace {

/// 12.3f is 12.3000001907... as a double: of all doubles that become this float, the one with fewest digits.
double shortest(float value) {
  return std::stod(fmt::format("{}", value));
}

}  // namespace

Json energies_json(const std::vector<AnalogLayer>& layers, const Energies& energies) {
  Json json;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    auto& own = json[layers[l].name];
    own = nullptr;
    if (layers[l].macs == 0) continue;
    if (energies[l].size() == 1) {
      own = shortest(energies[l].front());
      continue;
    }
    own = Json::array();
    for (const float energy : energies[l]) own.push_back(shortest(energy));
  }
  return json;
}

Energies energies_from_json(const std::vector<AnalogLayer>& layers, const Json& json) {
  Energies energies;
  for (const AnalogLayer& layer : layers) {
    const auto& own = json.at(layer.name);
    auto& values = energies.emplace_back();
    if (own.is_null()) {
      values = kNoEnergy;
    } else if (own.is_number()) {
      values.push_back(own.get<float>());
    } else {
      values = own.get<std::vector<float>>();
    }
  }
  return energies;
}

}  // namespace dpac
