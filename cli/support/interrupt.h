/// @file
/// Ctrl-C between two batches instead of in the middle of one.
#pragma once

namespace dpac::cli {

/// What a command is left by after SIGINT. Not an Error: the user wanted it.
struct Interrupted {};

/// From now on the first SIGINT only sets a flag; the second one ends the process at once.
void catch_interrupts();

/// Called between batches. @throws Interrupted after a SIGINT.
void stop_if_interrupted();

}  // namespace dpac::cli
