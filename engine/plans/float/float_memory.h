/// @file
/// Where the values of a float plan lie: in the arena by their lifetimes, on the tape one after another.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/plans/float/float_plan.h"

namespace dpac {

/// Sets the offsets of all steps; returns the size of the arena.
std::size_t place_values(const FloatPlan& plan, const std::vector<NodeWeights>& weights,
                         std::vector<FloatPlan::Step>& steps);

/// Sets the tape entries of all steps; returns the size of the tape.
std::size_t place_tape(const FloatPlan& plan, std::vector<FloatPlan::Step>& steps);

}  // namespace dpac
