/// @file
/// The machine a result was made on.
#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace dpac::cli {

/// `requested`, or for 0 what OpenMP gives.
int thread_count(int requested);

/// The processor's name from /proc/cpuinfo, "unknown" where there is none.
std::string cpu_name();

/// The most memory the process has had so far.
int64_t peak_rss_bytes();

/// `cpu`, `isa`, `threads`, `onednn`.
nlohmann::ordered_json machine_json(int threads);

}  // namespace dpac::cli
