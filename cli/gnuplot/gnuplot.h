/// @file
/// The program gnuplot, run for its output.
#pragma once

#include <string>

namespace dpac::cli {

/// Runs the gnuplot on PATH, without a shell and without the user's settings for it, and returns what it
/// writes to standard output.
/// @throws Error if there is no gnuplot, or with its own first message if it fails. @throws Interrupted
std::string run_gnuplot(const std::string& script);

}  // namespace dpac::cli
