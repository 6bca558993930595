/// @file
/// What a process does that reads one HDF5 file for another. For the loaders' own use.
#pragma once

#include "loaders/hdf5/isolation/channel.h"

namespace dpac {

/// Answers requests (message.h) until nobody is there any more to make them, and ends the process.
[[noreturn]] void serve_hdf5(Descriptor channel, Descriptor window);

}  // namespace dpac
