/// @file
/// Noise bits for people.
#pragma once

#include <string>
#include <vector>

#include "study/bits/bits_point.h"

namespace dpac::cli {

/// Accuracies of all points; under them all about the layers of a single point, or the bits alone of several.
std::string text_of(const std::vector<BitsPoint>& points);

}  // namespace dpac::cli
