/// @file
/// Labelled images on disk, in one of five forms.
///
/// - ImageFolder: a folder with one folder of JPEG and PNG files per class; classes by sorted name.
/// - Flat folder: a folder of JPEG and PNG files, and a labels file.
/// - CIFAR-10: a binary file of 3073-byte records, or a folder of such files named *.bin.
/// - IDX, as MNIST: either file of a pair, or the folder that holds one pair; gzip-compressed or not.
/// - HDF5: datasets `images`, uint8 [N, H, W, C] or [N, H, W], and `labels`, integers [N] or [N, 1].
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "loaders/images/image.h"

namespace dpac {

/// A sample's index is its position in the sorted data set: it seeds the sample's noise, so it never depends
/// on how many samples a run takes. All member functions may be called from several threads at once.
class ImageDataset {
 public:
  ImageDataset() = default;
  ImageDataset(const ImageDataset&) = delete;
  ImageDataset& operator=(const ImageDataset&) = delete;
  virtual ~ImageDataset() = default;

  /// Number of samples, at least 1.
  [[nodiscard]] virtual int64_t size() const = 0;

  /// Class of a sample, in [0, classes()).
  [[nodiscard]] virtual int label(int64_t index) const = 0;

  /// Number of classes the form declares (folders, CIFAR-10's ten), otherwise the largest label + 1.
  [[nodiscard]] virtual int classes() const = 0;

  /// Decodes one sample. @throws Error naming it if that fails.
  [[nodiscard]] virtual Image load(int64_t index) const = 0;

  /// The sample's file, or "file[index]" in an array: for messages and tables.
  [[nodiscard]] virtual std::string name(int64_t index) const = 0;

  /// Samples are image files of any size, to which a preset's resize and crop apply, and not an array.
  [[nodiscard]] virtual bool holds_files() const = 0;
};

/// Opens what lies at `path`; the form is found by content. `labels` is for a flat folder only: one file name
/// and one class number a line, separated by blanks, a tab or a comma, every image of the folder exactly
/// once.
/// @throws Error naming the file or folder, what was expected there and what was found.
std::unique_ptr<ImageDataset> open_image_dataset(const std::filesystem::path& path,
                                                 const std::optional<std::filesystem::path>& labels = {});

/// The HDF5 form from memory, copied: `name` stands for the path in messages.
std::unique_ptr<ImageDataset> open_array_dataset(std::span<const std::byte> file, std::string name);

/// `limit` of the indices 0 .. size-1, ascending and as evenly as can be: i * size / limit. All if limit >=
/// size.
/// @throws Error if limit < 1.
std::vector<int64_t> evenly_spaced(int64_t size, int64_t limit);

}  // namespace dpac
