#include "study/energies/energies_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/checked_size.h"
#include "loaders/hdf5/hdf5_file.h"
#include "study/energies/energies_csv.h"
#include "study/support/layer_pattern.h"

namespace dpac {
namespace {

constexpr std::string_view kGroup = "energies";

bool is_hdf5(const std::filesystem::path& path) {
  constexpr std::string_view kSignature("\x89HDF\r\n\x1a\n", 8);
  std::ifstream stream(path, std::ios::binary);
  if (!stream)
    throw Error(fmt::format("{}: cannot be opened; is it the right path for --energies?", path.string()));
  std::array<char, kSignature.size()> start{};
  stream.read(start.data(), start.size());
  return std::string_view(start.data(), start.size()) == kSignature;
}

/// No layer has more than the one with the most channels: what claims more is never read.
NamedEnergies read_hdf5(const std::filesystem::path& path, const std::vector<AnalogLayer>& layers) {
  int64_t most = 1;
  for (const AnalogLayer& layer : layers) most = std::max(most, layer.out_channels);
  const Hdf5File file = Hdf5File::open(path);
  if (!file.has_group(kGroup)) {
    throw Error(
        fmt::format("{}: has no group '/{}', expected one dataset per layer in it", path.string(), kGroup));
  }
  NamedEnergies energies;
  for (const std::string& dataset : file.datasets(kGroup)) {
    const Hdf5Dataset stored = file.dataset(dataset);
    if (checked_bytes(stored.shape(), 1).value_or(most + 1) > most) {
      throw Error(fmt::format("{}: layer '{}' has energies of shape {}, expected 1 or one per output channel",
                              path.string(), dataset.substr(kGroup.size() + 1), to_string(stored.shape())));
    }
    const Tensor values = stored.read_floats();
    energies[dataset.substr(kGroup.size() + 1)].assign(values.values().begin(), values.values().end());
  }
  return energies;
}

void check_known(const std::string& file, const std::vector<AnalogLayer>& layers,
                 const NamedEnergies& energies) {
  for (const auto& entry : energies) {
    const std::string& name = entry.first;
    if (std::none_of(layers.begin(), layers.end(),
                     [&](const AnalogLayer& layer) { return layer.name == name; })) {
      throw Error(fmt::format("{}: layer '{}' is not in the network; its analog layers are {}", file, name,
                              quoted_names(layers)));
    }
  }
}

void check_complete(const std::string& file, const std::vector<AnalogLayer>& layers,
                    const NamedEnergies& energies) {
  std::vector<AnalogLayer> missing;
  for (const AnalogLayer& layer : layers) {
    if (layer.macs > 0 && !energies.contains(layer.name)) missing.push_back(layer);
  }
  if (missing.empty()) return;
  throw Error(fmt::format("{}: has no energy for {} of the network's {} analog layers: {}", file,
                          missing.size(), layers.size(), quoted_names(missing)));
}

void check_values(const std::string& file, const AnalogLayer& layer, const std::vector<float>& energies) {
  if (energies.size() != 1 && static_cast<int64_t>(energies.size()) != layer.out_channels) {
    throw Error(fmt::format("{}: layer '{}' has {} energies, expected 1 or one per output channel ({})", file,
                            layer.name, energies.size(), layer.out_channels));
  }
  for (const float energy : energies) {
    if (!(energy > 0) || !std::isfinite(energy)) {
      throw Error(fmt::format("{}: layer '{}' has an energy of {}, expected a positive number", file,
                              layer.name, energy));
    }
  }
}

}  // namespace

Energies read_energies_file(const std::filesystem::path& path, const std::vector<AnalogLayer>& layers) {
  const NamedEnergies named = is_hdf5(path) ? read_hdf5(path, layers) : read_energies_csv(path);
  check_known(path.string(), layers, named);
  check_complete(path.string(), layers, named);
  Energies energies;
  for (const AnalogLayer& layer : layers) {
    const auto found = named.find(layer.name);
    energies.push_back(found == named.end() ? kNoEnergy : found->second);
    check_values(path.string(), layer, energies.back());
  }
  return energies;
}

}  // namespace dpac
