/// @file
/// Opens labelled images on disk, in one of these forms.
///
/// - ImageFolder: a folder with one folder of image files (JPEG, PNG, WebP, TIFF) per class.
/// - Flat folder: a folder of image files, and a labels file.
/// - CIFAR-10 or CIFAR-100: a binary file of records, or a folder of such files named *.bin.
/// - IDX, as MNIST: either file of a pair, or the folder that holds one pair; gzip-compressed or not.
/// - HDF5: datasets `images`, uint8 [N, H, W, C] or [N, H, W], and `labels`, integers [N] or [N, 1].
///
/// Names that begin with a dot and archive litter (folder.h) are never taken for data.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "kernels/api.h"
#include "loaders/images/dataset.h"

namespace dpac {

/// What to take of a folder that holds both training and test samples, as CIFAR's archives unpack to.
enum class DataPart { test, training };

/// How a data set is to be read.
struct DatasetSettings {
  /// For a flat folder only: a file of read_name_table() with every image of the folder exactly once. Classes
  /// are numbers, or names if there is a class map.
  std::optional<std::filesystem::path> labels = {};

  /// A file of read_name_table(): the class number of each class folder, or of each class name of `labels`.
  std::optional<std::filesystem::path> class_map = {};

  /// Added to every label: 1 for a network whose output 0 is a background class, -1 for labels from 1.
  int label_offset = 0;

  /// The network's number of outputs, where it is known: it decides whether folders named by numbers are
  /// classes (class_numbers.h), and whether CIFAR-100 is read with its 100 fine or its 20 coarse labels.
  std::optional<int> outputs = {};

  DataPart part = DataPart::test;
};

/// Opens what lies at `path`; the form is found by content.
/// @throws Error naming the file or folder, what was expected there and what was found.
DPAC_API std::unique_ptr<ImageDataset> open_image_dataset(const std::filesystem::path& path,
                                                          const DatasetSettings& settings = {});

/// The HDF5 form from memory, copied: `name` stands for the path in messages.
DPAC_API std::unique_ptr<ImageDataset> open_array_dataset(std::span<const std::byte> file,
                                                          const std::string& name);

}  // namespace dpac
