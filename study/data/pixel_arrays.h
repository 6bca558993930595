/// @file
/// Images in memory as a data set of pixels.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "loaders/images/dataset.h"
#include "study/data/image_arrays.h"

namespace dpac {

/// Images without labels all have label 0, which is not to be looked at.
class PixelArrays final : public ImageDataset {
 public:
  /// @throws Error as ImageArrays::check().
  explicit PixelArrays(std::shared_ptr<const ImageArrays> arrays);

  [[nodiscard]] int64_t size() const override { return arrays_->size; }
  [[nodiscard]] int label(int64_t index) const override;
  [[nodiscard]] int classes() const override;
  [[nodiscard]] Image load(int64_t index) const override { return arrays_->load_pixels(index); }
  [[nodiscard]] std::string name(int64_t index) const override;
  [[nodiscard]] bool holds_files() const override { return false; }
  [[nodiscard]] DatasetReport report() const override { return {.path = arrays_->name}; }

 private:
  std::shared_ptr<const ImageArrays> arrays_;
};

}  // namespace dpac
