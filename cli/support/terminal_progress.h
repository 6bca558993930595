/// @file
/// How far a command has come, on a terminal.
#pragma once

#include "study/settings/model_settings.h"
#include "study/support/progress.h"

namespace dpac::cli {

/// Rewrites one line on a terminal, "1200/10000 samples, 12 %, 34 s left"; silent elsewhere.
WorkCallback terminal_progress(bool quiet);

/// `run` for the program: shown by terminal_progress(), and ended by Ctrl-C.
RunSettings watched(RunSettings run, bool quiet);

}  // namespace dpac::cli
