/// @file
/// What a quantiser does (docs/model.md section 3), in plain double arithmetic; the identity leaves all as it
/// is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/quantizer.h"

namespace dpac::test {

double quantised(const Quantizer& q, double v);

/// Whether its straight-through gradient passes at v.
bool inside(const Quantizer& q, double v);

/// Element e of a list of bits, as kernels record them.
bool bit(const std::vector<uint8_t>& bits, std::size_t element);

}  // namespace dpac::test
