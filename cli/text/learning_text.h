/// @file
/// Learned energies for people.
#pragma once

#include <string>

#include "study/learning/learn.h"

namespace dpac::cli {

/// A line for each layer, and what they come to.
std::string text_of(const LearningResult& result, double target_energy);

}  // namespace dpac::cli
