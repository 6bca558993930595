/// @file
/// A data set of image files: what ImageFolder trees and flat folders have in common.
#pragma once

#include <filesystem>
#include <vector>

#include "loaders/images/dataset.h"

namespace dpac {

/// One image file and its class.
struct LabelledFile {
  std::filesystem::path path;
  int label = 0;
};

/// Files in the order of their indices; decoded one at a time, when asked for.
class FileDataset final : public ImageDataset {
 public:
  FileDataset(std::vector<LabelledFile> files, int classes) : files_(std::move(files)), classes_(classes) {}

  [[nodiscard]] int64_t size() const override { return static_cast<int64_t>(files_.size()); }
  [[nodiscard]] int label(int64_t index) const override { return file(index).label; }
  [[nodiscard]] int classes() const override { return classes_; }
  [[nodiscard]] Image load(int64_t index) const override;
  [[nodiscard]] std::string name(int64_t index) const override { return file(index).path.string(); }
  [[nodiscard]] bool holds_files() const override { return true; }

 private:
  [[nodiscard]] const LabelledFile& file(int64_t index) const {
    return files_.at(static_cast<std::size_t>(index));
  }

  std::vector<LabelledFile> files_;
  int classes_;
};

/// Whether a file's name says it is an image: .jpg, .jpeg or .png in any case.
bool has_image_extension(const std::filesystem::path& file);

/// Entries of a folder, sorted by name (byte order, as Python sorts). @throws Error if it cannot be read.
std::vector<std::filesystem::directory_entry> sorted_entries(const std::filesystem::path& folder);

}  // namespace dpac
