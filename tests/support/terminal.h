/// @file
/// Runs the program `dpac` with a terminal to report on.
#pragma once

#include <string>
#include <vector>

namespace dpac::test {

struct TerminalOutcome {
  int exit_code = -1;
  std::string err;  ///< All that was written to the terminal.
};

/// Its stderr is a terminal of so many columns, its stdout is thrown away.
TerminalOutcome run_on_terminal(const std::vector<std::string>& arguments, int columns);

}  // namespace dpac::test
