#include "loaders/images/image_folder.h"

#include <algorithm>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/images/file_dataset.h"

namespace dpac {
namespace {

/// Deeper than any real tree: only a loop of symbolic links gets here.
constexpr int kMaxDepth = 32;

void add_images_below(const std::filesystem::path& folder, int label, int depth,
                      std::vector<LabelledFile>& files) {
  if (depth > kMaxDepth) {
    throw Error(fmt::format("{}: folders are nested more than {} deep, which looks like a loop of links",
                            folder.string(), kMaxDepth));
  }
  const auto entries = sorted_entries(folder);
  for (const auto& entry : entries) {
    if (!entry.is_directory() && has_image_extension(entry.path())) files.push_back({entry.path(), label});
  }
  for (const auto& entry : entries) {
    if (entry.is_directory()) add_images_below(entry.path(), label, depth + 1, files);
  }
}

}  // namespace

std::unique_ptr<ImageDataset> open_image_folder(const std::filesystem::path& root) {
  std::vector<LabelledFile> files;
  int classes = 0;
  for (const auto& entry : sorted_entries(root)) {
    if (!entry.is_directory()) {
      if (!has_image_extension(entry.path())) continue;
      throw Error(fmt::format("{}: expected only one folder per class, found the image '{}' beside them",
                              root.string(), entry.path().filename().string()));
    }
    const std::size_t before = files.size();
    add_images_below(entry.path(), classes++, 1, files);
    if (files.size() == before) {
      throw Error(
          fmt::format("{}: the class folder holds no .jpg, .jpeg or .png file", entry.path().string()));
    }
  }
  if (files.empty())
    throw Error(fmt::format("{}: expected one folder of images per class, found none", root.string()));
  return std::make_unique<FileDataset>(std::move(files), classes);
}

}  // namespace dpac
