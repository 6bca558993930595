/// @file
/// Labelled images on disk. open_dataset.h opens them; the forms are told there.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/api.h"
#include "loaders/left_out.h"
#include "loaders/pixels/image.h"

namespace dpac {

/// Where the class numbers of a data set come from.
enum class LabelSource {
  stored,   ///< They stand in the files: arrays, and a labels file with numbers.
  numbers,  ///< The class folders' names are the numbers.
  map,      ///< A class map says.
  sorted,   ///< The position of each class folder among the sorted names.
};

/// What was found out when a data set was opened.
struct DatasetReport {
  std::string path = {};  ///< What was opened, for messages.
  LabelSource labels = LabelSource::stored;
  int64_t class_folders = 0;  ///< 0 where classes are no folders.
  std::vector<LeftOut> left_out = {};
  std::vector<std::string> notices = {};  ///< Sentences on what was chosen and may surprise.
};

/// A sample's index is its position in the sorted data set: it seeds the sample's noise, so it never depends
/// on how many samples a run takes. All member functions may be called from several threads at once.
class DPAC_API ImageDataset {
 public:
  ImageDataset() = default;
  ImageDataset(const ImageDataset&) = delete;
  ImageDataset& operator=(const ImageDataset&) = delete;
  virtual ~ImageDataset() = default;

  /// Number of samples, at least 1.
  [[nodiscard]] virtual int64_t size() const = 0;

  /// Class of a sample, in [0, classes()).
  [[nodiscard]] virtual int label(int64_t index) const = 0;

  /// Number of classes the form declares (folders, CIFAR's 10 or 100), otherwise the largest label + 1.
  [[nodiscard]] virtual int classes() const = 0;

  /// Decodes one sample. @throws Error naming it if that fails.
  [[nodiscard]] virtual Image load(int64_t index) const = 0;

  /// The sample's file, or "file[index]" in an array: for messages and tables.
  [[nodiscard]] virtual std::string name(int64_t index) const = 0;

  /// Samples are image files of any size, to which a preset's resize and crop apply, and not an array.
  [[nodiscard]] virtual bool holds_files() const = 0;

  /// Where the labels come from, what was left out, and what was chosen.
  [[nodiscard]] virtual DatasetReport report() const = 0;
};

/// `limit` of the indices 0 .. size-1, ascending and as evenly as can be: i * size / limit. All if limit >=
/// size.
/// @throws Error if limit < 1.
DPAC_API std::vector<int64_t> evenly_spaced(int64_t size, int64_t limit);

}  // namespace dpac
