/// @file
/// Batches of preprocessed images, made ahead by background threads.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "loaders/images/dataset.h"
#include "loaders/images/sample_maker.h"
#include "loaders/pixels/preprocess.h"

namespace dpac {

/// Consecutive samples of a run.
struct ImageBatch {
  std::span<const float> images;     ///< [n, C, H, W].
  std::span<const int> labels;       ///< [n].
  std::span<const int64_t> indices;  ///< [n], in the data set.
  int n = 0;                         ///< The batch size, but less in the last batch.
};

/// Reads a list of samples once, in order; one may be in it several times. Each image is loaded and
/// preprocessed by one of `threads` threads, a few batches ahead of next(); they wait when the ring of
/// batches is full. Memory: kBatchesAhead batches, plus one decoded image per thread, whatever the size of
/// the data set. The data set must outlive it.
///
///     BatchReader reader(*dataset, how, 3, evenly_spaced(dataset->size(), 1000), 32, 2);
///     while (const ImageBatch* batch = reader.next()) use(*batch);
///
/// Training from draw `first` on, where a resumed run goes on with the same images:
///
///     BatchReader reader(*dataset, how, 3, training_order(dataset->size(), seed, first, count), 32, 2,
///                        {preset_augmentation("torchvision"), seed, first});
///
/// For one consumer thread.
class BatchReader {
 public:
  /// Batches in memory: the one in use and those ahead of it.
  static constexpr int kBatchesAhead = 4;

  /// Loads the first sample to learn the images' size. `channels` is what the network takes, 1 or 3; `batch`
  /// and `threads` are at least 1. With augmentation the images have the size they have without.
  /// @throws Error for an empty list, or if that sample cannot be read.
  BatchReader(const ImageDataset& dataset, const Preprocessing& how, int channels,
              std::vector<int64_t> indices, int batch, int threads, const AugmentedDraws& draws = {});
  BatchReader(const BatchReader&) = delete;
  BatchReader& operator=(const BatchReader&) = delete;
  /// Stops the threads after the images in their hands; also in the middle of a run.
  ~BatchReader();

  /// Height and width of every image, after preprocessing.
  [[nodiscard]] ImageSize image_size() const;

  /// The next batch, valid until the next call; null at the end.
  /// @throws Error of the first sample in order that cannot be read, or differs from the first one in size;
  /// again at every further call.
  const ImageBatch* next();

 private:
  class Ring;
  std::unique_ptr<Ring> ring_;
};

}  // namespace dpac
