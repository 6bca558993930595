/// @file
/// What stands below the table of a paper.
#pragma once

#include <string>

#include "report/pictures/result_file.h"

namespace dpac::report {

/// What was looked for and on what: networks with their baselines and targets, samples, seeds, quantisers,
/// units. Says as much of it as the result of `table` does.
std::string caption_of(const ResultValue& table);

/// What accuracy is measured by in a row or result, "top-1" where it does not say.
std::string measure_of(const ResultValue& value);

/// "93.12 %", or "0.8203" where the measure is a coefficient.
std::string accuracy_text(double accuracy, const std::string& measure);

}  // namespace dpac::report
