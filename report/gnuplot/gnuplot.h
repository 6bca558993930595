/// @file
/// The program gnuplot, run for its output.
#pragma once

#include <string>

#include "engine/poll.h"

namespace dpac::report {

/// Runs the gnuplot on PATH, without a shell and without the user's settings for it, and returns what it
/// writes to standard output.
/// @throws Error if there is no gnuplot, or with its own first message if it fails; and what `poll` throws,
/// which ends gnuplot.
std::string run_gnuplot(const std::string& script, const Poll& poll);

}  // namespace dpac::report
