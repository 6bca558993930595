/// @file
/// Noise bits as JSON and for people.
#pragma once

#include <string>
#include <vector>

#include "cli/bits_experiment.h"
#include "cli/support/json.h"

namespace dpac::cli {

/// `energy` (the sweep's or `--energy`'s, else the mean per MAC), `top1_noise`, `top1_bits`, `layers` and
/// more; null for what does not exist.
Json point_json(const BitsPoint& point, std::optional<double> energy);

/// Accuracies of all points; under them all about the layers of a single point, or the bits alone of several.
std::string text_of(const std::vector<BitsPoint>& points);

}  // namespace dpac::cli
