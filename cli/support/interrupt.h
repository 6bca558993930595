/// @file
/// Ctrl-C, or a batch system's SIGTERM, where work can be left instead of in the middle of it.
#pragma once

#include "study/support/interrupted.h"

namespace dpac::cli {

inline constexpr int kInterruptedExit = 130;  ///< As of a program that SIGINT ends.

/// From now on SIGINT or SIGTERM ends the process at once, with kInterruptedExit and a line that says so,
/// until work begins that looks for signals: the first one then only sets a flag, and the second one ends the
/// process.
void catch_interrupts();

/// The program's Poll. @throws Interrupted after a signal.
void stop_if_interrupted();

/// While one exists, the first signal only sets the flag, for the sake of what would be left behind: a
/// temporary file that is being written to.
class HeldInterrupts {
 public:
  HeldInterrupts();
  HeldInterrupts(const HeldInterrupts&) = delete;
  HeldInterrupts& operator=(const HeldInterrupts&) = delete;
  ~HeldInterrupts();
};

}  // namespace dpac::cli
