/// @file
/// Noise bits as a result's JSON has them.
#pragma once

#include <optional>

#include "study/bits/bits_point.h"
#include "study/support/json.h"

namespace dpac {

/// `energy` (the sweep's or the setting's, else the mean per MAC), `top1_noise`, `top1_bits`, `layers` and
/// more; null for what does not exist.
Json point_json(const BitsPoint& point, std::optional<double> energy);

}  // namespace dpac
