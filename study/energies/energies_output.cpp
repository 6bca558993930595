#include "study/energies/energies_output.h"

#include <string>

#include <fmt/format.h>

#include "loaders/hdf5/hdf5_writer.h"
#include "study/energies/energies_file.h"
#include "study/support/atomic_file.h"

namespace dpac {
namespace {

/// 12.3f is 12.3000001907... as a double: of all doubles that become this float, the one with fewest digits.
double shortest(float value) {
  return std::stod(fmt::format("{}", value));
}

}  // namespace

void write_energies_hdf5(const std::filesystem::path& file, const std::vector<AnalogLayer>& layers,
                         const Energies& energies) {
  Hdf5Writer writer(file);
  for (std::size_t l = 0; l < layers.size(); ++l) {
    if (layers[l].macs == 0) continue;
    const auto count = static_cast<int64_t>(energies[l].size());
    writer.write_floats("energies/" + layers[l].name, count == 1 ? Shape{} : Shape{count}, energies[l]);
  }
  writer.commit();
}

void write_energies_csv(const std::filesystem::path& file, const std::vector<AnalogLayer>& layers,
                        const Energies& energies) {
  AtomicFile csv(file);
  csv.write("layer,channel,energy\n");
  for (std::size_t l = 0; l < layers.size(); ++l) {
    if (layers[l].macs == 0) continue;
    const bool whole = energies[l].size() == 1;
    for (std::size_t c = 0; c < energies[l].size(); ++c) {
      csv.write(fmt::format("{},{},{}\n", layers[l].name, whole ? "" : std::to_string(c), energies[l][c]));
    }
  }
  csv.commit();
}

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
