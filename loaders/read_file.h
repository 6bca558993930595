/// @file
/// Whole files into memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace dpac {

/// No image or array file that is read whole may be larger: 2 GiB.
inline constexpr int64_t kMaxFileBytes = int64_t{2} << 30;

/// Whether there is a regular file of that name, links followed.
bool file_exists(const std::filesystem::path& path);

/// All bytes of a regular file.
/// @throws Error if it is absent, no regular file, unreadable or larger than kMaxFileBytes.
std::vector<uint8_t> read_file(const std::filesystem::path& path);

/// The first bytes of a file, `count` at most.
/// @throws Error if it cannot be read.
std::vector<uint8_t> read_file_start(const std::filesystem::path& path, std::size_t count);

}  // namespace dpac
