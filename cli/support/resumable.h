/// @file
/// Work that goes on where it was interrupted.
#pragma once

#include <string>

#include "study/support/interrupted.h"

namespace dpac::cli {

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
