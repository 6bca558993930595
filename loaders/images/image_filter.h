/// @file
/// Which files of a folder are images, and what is said about those that are not.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "loaders/images/folder.h"
#include "loaders/left_out.h"

namespace dpac {

/// Whether a file's extension is that of an image format, be it read or not, in any case.
bool has_image_name(const std::filesystem::path& file);

/// Goes through the entries of folders, takes the images and counts what it leaves out.
class ImageFilter {
 public:
  /// Examples of what is left out are named relative to `root`.
  explicit ImageFilter(std::filesystem::path root) : root_(std::move(root)) {}

  /// Whether the entry is a file to read: it is called .jpg, .jpeg, .jpe, .jfif or .png, and if it holds
  /// something else that is an error when it is read; or it has the extension of another image format (.webp,
  /// .tif, .bmp, ...) or none, and its first bytes are those of a format that is read.
  /// @throws Error if it has an image's name and is no file, as a link that leads nowhere.
  bool takes_file(const FolderEntry& entry);

  /// Whether the entry is a folder that belongs to the data.
  bool takes_folder(const FolderEntry& entry);

  /// What was refused so far, but for litter that nobody would take for images.
  [[nodiscard]] std::vector<LeftOut> left_out() const;

 private:
  [[nodiscard]] std::string relative(const FolderEntry& entry) const;

  std::filesystem::path root_;
  LeftOut unread_{.what = "files of formats not read"};
  LeftOut hidden_files_{.what = "files hidden or of archive programs"};
  LeftOut hidden_folders_{.what = "folders hidden or of archive programs"};
  std::map<std::string, int64_t> by_extension_;  ///< Of unread_.
};

}  // namespace dpac
