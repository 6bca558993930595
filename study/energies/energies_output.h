/// @file
/// Energies as files that `--energies` reads, and as JSON. Layers without MACs have none (paying_layers()):
/// files leave them out, and JSON has null.
#pragma once

#include <filesystem>
#include <vector>

#include "engine/noise/analog.h"
#include "engine/noise/noise_config.h"
#include "study/support/json.h"

namespace dpac {

/// `/energies/<layer>`: a scalar, or one value per output channel. @throws Error as Hdf5Writer does.
void write_energies_hdf5(const std::filesystem::path& file, const std::vector<AnalogLayer>& layers,
                         const Energies& energies);

/// Lines `layer,channel,energy`, the channel empty for a whole layer; every digit an energy has.
/// @throws Error as AtomicFile does.
void write_energies_csv(const std::filesystem::path& file, const std::vector<AnalogLayer>& layers,
                        const Energies& energies);

/// {layer: number, or list of numbers}, in the shortest digits that mean the same float.
Json energies_json(const std::vector<AnalogLayer>& layers, const Energies& energies);

/// The energies that energies_json() wrote. @throws Error for another JSON value.
Energies energies_from_json(const std::vector<AnalogLayer>& layers, const Json& json);

}  // namespace dpac
