/// @file
/// Files that hold no weights that can be read, and what to do about them.
#pragma once

#include <filesystem>
#include <string>

namespace dpac {

/// Says what the file is, by its name and the first bytes of it, and what to give instead.
[[noreturn]] void refuse_format(const std::filesystem::path& path, const std::string& start);

}  // namespace dpac
