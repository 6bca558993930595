/// @file
/// Fingerprints of files, so that a result says which weights it is of.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace dpac {

/// 64 lower-case hexadecimal digits.
/// @throws Error if the file cannot be read.
std::string sha256_of_file(const std::filesystem::path& path);

/// That of the only file, or of the texts of all files' fingerprints, one after the other.
std::string sha256_of_files(std::span<const std::string> paths);
std::string sha256_of(std::span<const std::byte> bytes);

}  // namespace dpac
