/// @file
/// Energies per layer or output channel from a file (`--energies`).
#pragma once

#include <filesystem>
#include <vector>

#include "engine/noise/analog.h"
#include "engine/noise/noise_config.h"

namespace dpac {

/// Stands for the energy of a layer that has none.
inline const std::vector<float> kNoEnergy{1.0f};

/// Reads an HDF5 file with one dataset `/energies/<layer>` per analog layer, a scalar or a vector with one
/// value per output channel; or a CSV file with the header `layer,channel,energy`, where an empty channel
/// stands for the whole layer and channels count from 0. Which of the two it is shows in its first bytes.
/// Layers without MACs, which have no energy (paying_layers()), may be absent; what stands for theirs means
/// nothing.
/// @throws Error that names the file and the layer if a layer is unknown, missing or given twice, if a number
/// of channels does not fit, or if an energy is no positive number.
Energies read_energies_file(const std::filesystem::path& path, const std::vector<AnalogLayer>& layers);

}  // namespace dpac
