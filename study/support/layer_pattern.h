/// @file
/// Choosing layers by name.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/noise/analog.h"

namespace dpac {

/// Positions of the layers whose names fit one of `patterns`, in network order: shell patterns with `*` and
/// `?`
/// ("layer1.*.conv2").
/// @throws Error that lists all names if a pattern fits none: a typo must not trace fewer layers silently.
std::vector<std::size_t> matching_layers(const std::vector<AnalogLayer>& layers,
                                         const std::vector<std::string>& patterns);

/// "'conv1', 'fc'", for messages.
std::string quoted_names(const std::vector<AnalogLayer>& layers);

}  // namespace dpac
