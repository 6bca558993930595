/// @file
/// A data set of image files: what ImageFolder trees and flat folders have in common.
#pragma once

#include <filesystem>
#include <utility>
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
  FileDataset(std::vector<LabelledFile> files, int classes, DatasetReport report)
      : files_(std::move(files)), classes_(classes), report_(std::move(report)) {}

  [[nodiscard]] int64_t size() const override { return static_cast<int64_t>(files_.size()); }
  [[nodiscard]] int label(int64_t index) const override { return file(index).label; }
  [[nodiscard]] int classes() const override { return classes_; }
  [[nodiscard]] Image load(int64_t index) const override;
  [[nodiscard]] std::string name(int64_t index) const override { return file(index).path.string(); }
  [[nodiscard]] bool holds_files() const override { return true; }
  [[nodiscard]] DatasetReport report() const override { return report_; }

 private:
  [[nodiscard]] const LabelledFile& file(int64_t index) const {
    return files_.at(static_cast<std::size_t>(index));
  }

  std::vector<LabelledFile> files_;
  int classes_;
  DatasetReport report_;
};

}  // namespace dpac
