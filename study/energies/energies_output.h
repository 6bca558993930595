/// @file
/// Energies as files that `--energies` reads, and as JSON. Layers without MACs have none (paying_layers()):
/// files leave them out, and JSON has null.
#pragma once

#include <filesystem>
#include <vector>

#include "engine/noise/analog.h"
#include "engine/noise/noise_config.h"
#include "kernels/api.h"

namespace dpac {

/// `/energies/<layer>`: a scalar, or one value per output channel. @throws Error as Hdf5Writer does.
DPAC_API void write_energies_hdf5(const std::filesystem::path& file, const std::vector<AnalogLayer>& layers,
                                  const Energies& energies);

/// Lines `layer,channel,energy`, the channel empty for a whole layer; every digit an energy has.
/// @throws Error as AtomicFile does.
DPAC_API void write_energies_csv(const std::filesystem::path& file, const std::vector<AnalogLayer>& layers,
                                 const Energies& energies);

}  // namespace dpac
