/// @file
/// Reads HDF5 files that nobody has vetted: every size is checked against the bytes really stored before
/// memory is asked for, and nothing outside the file is ever opened (external links, external storage and
/// virtual datasets are refused). hdf5_reader.h says in which process the HDF5 library reads.
///
/// Paths have no leading slash ("layer1.0/weight"); "" is the root. All classes here are safe to use from
/// several threads (one lock around the HDF5 library, which has none of its own), but reads do not overlap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/tensor.h"

namespace dpac {

/// What a dataset's elements are.
enum class ElementKind {
  floating,  ///< Any IEEE-like float of 2, 4 or 8 bytes, either byte order.
  integer,   ///< Signed or unsigned, up to 8 bytes.
  bfloat16,  ///< 2-byte opaque or integer elements under the attribute dtype = "bfloat16" (Keras 3's
             ///< convention).
  other,     ///< Strings, compounds, enumerations, ...
};

class Hdf5Array;
class Hdf5Source;

/// An open dataset. It stays valid after its Hdf5File is gone. Move-only.
class Hdf5Dataset {
 public:
  Hdf5Dataset(Hdf5Dataset&& other) noexcept;
  Hdf5Dataset& operator=(Hdf5Dataset&& other) noexcept;
  ~Hdf5Dataset();

  [[nodiscard]] const std::string& path() const { return path_; }
  /// Empty for a scalar.
  [[nodiscard]] const Shape& shape() const;
  [[nodiscard]] ElementKind kind() const;
  /// Size of one stored element.
  [[nodiscard]] std::size_t element_bytes() const;

  /// The whole dataset as float32, row-major in the file's own order of dimensions, rounded to nearest.
  /// @throws Error for elements that are no numbers, and for more than kMaxTensorBytes.
  [[nodiscard]] Tensor read_floats() const;

  /// The whole dataset as integers. @throws Error unless its elements are integers that fit int64.
  [[nodiscard]] std::vector<int64_t> read_integers() const;

  /// Entries [begin, end) of the leading dimension of a uint8 dataset, row-major.
  /// @throws Error for another type of elements or a range outside the dataset.
  [[nodiscard]] std::vector<uint8_t> read_bytes(int64_t begin, int64_t end) const;

 private:
  friend class Hdf5File;
  Hdf5Dataset(const std::string& file, std::string path, std::unique_ptr<Hdf5Array> array);

  std::string path_;
  std::string where_;  // Begins messages.
  std::unique_ptr<Hdf5Array> array_;
};

/// An HDF5 file opened for reading. Move-only.
class Hdf5File {
 public:
  /// @throws Error if the file is absent, no HDF5 file, or truncated.
  static Hdf5File open(const std::filesystem::path& path);

  /// The same for a file held in memory, which is copied. `name` stands for the path in messages.
  static Hdf5File from_image(std::span<const std::byte> image, const std::string& name);

  Hdf5File(Hdf5File&& other) noexcept;
  Hdf5File& operator=(Hdf5File&& other) noexcept;
  ~Hdf5File();

  /// The path it was opened by, for messages.
  [[nodiscard]] const std::string& name() const { return name_; }

  /// Paths of all datasets under a group, at any depth, in alphabetical order of their components.
  /// @throws Error naming any soft, external or user-defined link under the group.
  [[nodiscard]] std::vector<std::string> datasets(std::string_view group = "") const;

  /// Names of the groups directly in a group, in alphabetical order.
  [[nodiscard]] std::vector<std::string> groups(std::string_view group = "") const;

  [[nodiscard]] bool has_group(std::string_view path) const;
  [[nodiscard]] bool has_dataset(std::string_view path) const;

  /// @throws Error if there is none, if its data lies outside the file, or if fewer bytes are stored than its
  /// shape needs.
  [[nodiscard]] Hdf5Dataset dataset(std::string_view path) const;

  /// Short for dataset(path).read_floats().
  [[nodiscard]] Tensor read_floats(std::string_view path) const { return dataset(path).read_floats(); }

  /// Short for dataset(path).read_integers().
  [[nodiscard]] std::vector<int64_t> read_integers(std::string_view path) const {
    return dataset(path).read_integers();
  }

  /// Attributes of a group or dataset; the root is "".
  [[nodiscard]] bool has_attribute(std::string_view object, const std::string& name) const;

  /// A scalar string, or the only string of an array of one; fixed or variable length, ASCII or UTF-8.
  /// @throws Error if absent or something else.
  [[nodiscard]] std::string string_attribute(std::string_view object, const std::string& name) const;

  /// An array of strings. Any attribute without elements is an empty list: an empty list written by numpy has
  /// the type float64. @throws Error if absent or something else.
  [[nodiscard]] std::vector<std::string> strings_attribute(std::string_view object,
                                                           const std::string& name) const;

  /// A number, or an array of at most 64. @throws Error if absent or something else.
  [[nodiscard]] std::vector<double> numbers_attribute(std::string_view object, const std::string& name) const;

 private:
  Hdf5File(std::string name, std::unique_ptr<Hdf5Source> source);

  std::string name_;
  std::unique_ptr<Hdf5Source> source_;
};

}  // namespace dpac
