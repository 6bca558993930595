/// @file
/// What the command line knows about a command.
#pragma once

#include <functional>
#include <span>

#include "study/options/option_set.h"

namespace dpac::cli {

/// A parsed command's work. @throws Error for bad input or data, UsageError for options that its data have no
/// use for, Interrupted after Ctrl-C.
using Work = std::function<void()>;

/// A command before its options are declared.
struct Command {
  const char* name;
  const char* summary;
  Work (*add)(OptionSet&);  ///< Declares the options, and gives what is to be done once they are parsed.
};

/// All there are, in the order of --help.
std::span<const Command> all_commands();

Work add_info(OptionSet& set);
Work add_eval(OptionSet& set);
Work add_calibrate(OptionSet& set);
Work add_bits(OptionSet& set);
Work add_trace(OptionSet& set);
Work add_learn(OptionSet& set);
Work add_search(OptionSet& set);
Work add_table(OptionSet& set);
Work add_bench(OptionSet& set);
Work add_demo(OptionSet& set);
Work add_plot(OptionSet& set);
Work add_report(OptionSet& set);

}  // namespace dpac::cli
