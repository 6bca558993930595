/// @file
/// What lies in a folder.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace dpac {

/// One name in a folder. Links are followed.
struct FolderEntry {
  enum class Kind {
    file,
    folder,
    other,  ///< A link that leads nowhere or round in a circle, a pipe, a device.
  };

  std::filesystem::path path;
  Kind kind = Kind::other;

  [[nodiscard]] std::string name() const { return path.filename().string(); }
  [[nodiscard]] bool is_file() const { return kind == Kind::file; }
  [[nodiscard]] bool is_folder() const { return kind == Kind::folder; }
};

/// Entries of a folder, sorted by name (byte order, as Python sorts). @throws Error if it cannot be read.
std::vector<FolderEntry> sorted_entries(const std::filesystem::path& folder);

/// Whether a name is no part of the data: it begins with a dot, or archive programs and operating systems
/// make files or folders of that name (`__MACOSX`, `Thumbs.db`, `desktop.ini`, `lost+found`, ...).
bool is_litter(std::string_view name);

}  // namespace dpac
