/// @file
/// Where an output may go.
#pragma once

#include <filesystem>

namespace dpac {

/// A device, a pipe or the like: it can be written to, but a file renamed onto it would take its place.
bool is_special_file(const std::filesystem::path& path);

/// The file that a link leads to, so that the link stays; any other path as it is.
/// @throws Error if `path` is a folder.
std::filesystem::path output_path(const std::filesystem::path& path);

}  // namespace dpac
