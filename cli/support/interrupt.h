/// @file
/// Ctrl-C, or a batch system's SIGTERM, between two batches instead of in the middle of one.
#pragma once

#include <string>

namespace dpac::cli {

/// What a command is left by after SIGINT or SIGTERM. Not an Error: the user wanted it.
struct Interrupted {
  std::string how_to_go_on = {};  ///< A sentence; empty where the work starts again from its beginning.
};

/// From now on the first SIGINT or SIGTERM only sets a flag; the second one ends the process at once.
void catch_interrupts();

/// Called between batches. @throws Interrupted after a signal.
void stop_if_interrupted();

}  // namespace dpac::cli
