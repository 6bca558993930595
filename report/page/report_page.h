/// @file
/// One HTML page of several results.
#pragma once

#include <string>
#include <vector>

#include "engine/poll.h"
#include "report/pictures/result_file.h"

namespace dpac::report {

/// A chapter for each result: where it came from, its numbers, its pictures, its layers, its options. Needs
/// no other file, no script and no network.
/// @throws Error naming file and key if a result lacks what its command writes; or if gnuplot is missing.
std::string report_page(const std::vector<ResultFile>& results, const Poll& poll = {});

}  // namespace dpac::report
