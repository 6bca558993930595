/// @file
/// The machine a result was made on.
#pragma once

#include <cstdint>
#include <string>

#include "study/support/json.h"

namespace dpac {

/// `requested`, or for 0 what OpenMP gives.
int thread_count(int requested);

/// The processor's name from /proc/cpuinfo, "unknown" where there is none.
std::string cpu_name();

/// The most memory the process has had so far.
int64_t peak_rss_bytes();

/// `cpu`, `isa`, `threads`, `onednn`.
Json machine_json(int threads);

}  // namespace dpac
