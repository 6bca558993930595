#include "loaders/images/folder.h"

#include <algorithm>
#include <array>
#include <system_error>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/text_lines.h"

namespace dpac {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 9> kLitter = {
    "__MACOSX",    "__pycache__", "Thumbs.db",    "ehthumbs.db",
    "desktop.ini", "@eaDir",      "$RECYCLE.BIN", "System Volume Information",
    "lost+found"};

/// Asks the entry, which knows what the folder's listing said, and not the file system again.
FolderEntry::Kind kind_of(const fs::directory_entry& entry) {
  std::error_code error;  // A link to itself is one.
  if (entry.is_regular_file(error)) return FolderEntry::Kind::file;
  return entry.is_directory(error) ? FolderEntry::Kind::folder : FolderEntry::Kind::other;
}

}  // namespace

std::vector<FolderEntry> sorted_entries(const fs::path& folder) {
  std::error_code error;
  std::vector<FolderEntry> entries;
  fs::directory_iterator next(folder, error);
  for (; !error && next != fs::directory_iterator(); next.increment(error)) {
    entries.push_back({next->path(), kind_of(*next)});
  }
  if (error) throw Error(fmt::format("{}: the folder cannot be read: {}", folder.string(), error.message()));
  std::sort(entries.begin(), entries.end(),
            [](const FolderEntry& a, const FolderEntry& b) { return a.path.filename() < b.path.filename(); });
  return entries;
}

bool is_litter(std::string_view name) {
  if (name.starts_with('.')) return true;
  return std::any_of(kLitter.begin(), kLitter.end(),
                     [name](std::string_view litter) { return equal_ignoring_case(name, litter); });
}

}  // namespace dpac
