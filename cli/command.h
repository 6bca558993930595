/// @file
/// What main.cpp knows about a command.
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

namespace dpac::cli {

/// A parsed command's work. @throws Error for bad input or data, Interrupted after Ctrl-C.
using Work = std::function<void()>;

/// Each registers its options with the parser of its command, and gives what is to be done once they are
/// parsed.
Work add_info(CLI::App& app);
Work add_eval(CLI::App& app);
Work add_calibrate(CLI::App& app);
Work add_bits(CLI::App& app);
Work add_trace(CLI::App& app);
Work add_learn(CLI::App& app);
Work add_search(CLI::App& app);
Work add_table(CLI::App& app);
Work add_bench(CLI::App& app);
Work add_demo(CLI::App& app);
Work add_plot(CLI::App& app);
Work add_report(CLI::App& app);

}  // namespace dpac::cli
