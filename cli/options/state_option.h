/// @file
/// `--state`: the folder that a command resumes from.
#pragma once

#include <string>

#include "cli/options/option_set.h"
#include "study/support/interrupted.h"

namespace dpac::cli {

inline void add_state_option(OptionSet& set, std::string& folder) {
  set.path({"--state", "DIR", "Keep what was done in this folder; the same command again goes on there"},
           folder, FileRole::keeps);
}

/// What `work` returns. @throws Interrupted that says how to go on where `folder` is not empty.
template <typename Work>
auto resumable(const std::string& folder, Work&& work) {
  try {
    return work();
  } catch (const Interrupted&) {
    if (folder.empty()) throw;
    throw Interrupted{"the same command goes on from " + folder};
  }
}

}  // namespace dpac::cli
