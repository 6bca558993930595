/// @file
/// Energies as JSON.
#pragma once

#include <vector>

#include "engine/noise/analog.h"
#include "engine/noise/noise_config.h"
#include "study/support/json.h"

namespace dpac {

/// {layer: number, or list of numbers}, in the shortest digits that mean the same float.
Json energies_json(const std::vector<AnalogLayer>& layers, const Energies& energies);

/// The energies that energies_json() wrote. @throws Error for another JSON value.
Energies energies_from_json(const std::vector<AnalogLayer>& layers, const Json& json);

}  // namespace dpac
