/// @file
/// Accuracies in words, as sentences and tables have them.
#pragma once

#include <string>

#include "study/evaluation/accuracy.h"

namespace dpac {

/// "87.45 %", "87.45 +- 0.12 %"; "0.8203" for a coefficient, "-" where nothing is measured.
std::string percent(double fraction);
std::string percent(const Accuracy& accuracy);

/// "top-1", "Spearman".
std::string measure_name(Measure measure);

}  // namespace dpac
