/// @file
/// Single samples of a list, from the data set to the floats a network takes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "loaders/images/dataset.h"
#include "loaders/pixels/augment.h"
#include "loaders/pixels/preprocess.h"

namespace dpac {

/// Which augmentation a list of samples gets: number i of the list is draw first_draw + i of a training run.
struct AugmentedDraws {
  Augmentation kind = Augmentation::none;
  uint64_t seed = 0;
  int64_t first_draw = 0;
};

/// Thread-safe once made. The data set must outlive it.
class SampleMaker {
 public:
  /// Loads the first sample to learn the images' size. `channels` is what the network takes, 1 or 3.
  /// @throws Error for an empty list, or if that sample cannot be read.
  SampleMaker(const ImageDataset& dataset, const Preprocessing& how, int channels,
              std::vector<int64_t> indices, const AugmentedDraws& draws);

  [[nodiscard]] const std::vector<int64_t>& indices() const { return indices_; }

  /// Height and width of every image, with augmentation or without.
  [[nodiscard]] ImageSize image_size() const { return size_; }

  /// Values of an image.
  [[nodiscard]] std::size_t image_floats() const;

  [[nodiscard]] int label(std::size_t position) const { return dataset_.label(indices_[position]); }

  /// Writes the image at that position of the list to dst, [channels, H, W].
  /// @throws Error naming the sample if it cannot be read, is colour where the network takes grey, or differs
  /// from the first one in output_size().
  void make(std::size_t position, std::span<float> dst) const;

 private:
  void check(const Image& image, int64_t index) const;

  const ImageDataset& dataset_;
  const Preprocessing how_;
  const int channels_;
  std::vector<int64_t> indices_;
  const AugmentedDraws draws_;
  ImageSize size_;
};

}  // namespace dpac
