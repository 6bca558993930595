/// @file
/// What stands behind an Hdf5File: the HDF5 library in this process, or another process that has it. For the
/// loaders' own use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/tensor.h"
#include "loaders/hdf5/hdf5_file.h"

namespace dpac {

/// What elements are read as.
enum class Numbers {
  floats,    ///< float; of a dataset of any numbers.
  integers,  ///< int64_t; of integers.
  bytes,     ///< uint8_t; of unsigned bytes.
};

/// Bytes of one number.
inline std::size_t size_of(Numbers numbers) {
  constexpr std::size_t kSizes[] = {sizeof(float), sizeof(int64_t), sizeof(uint8_t)};
  return kSizes[static_cast<std::size_t>(numbers)];
}

struct ArrayInfo {
  Shape shape;
  ElementKind kind = ElementKind::other;
  std::size_t element_bytes = 0;
  int64_t stored_bytes = 0;  ///< Of the file taken by it, filters applied.
  bool is_signed = false;    ///< Of integers.
  bool filtered = false;     ///< Stored in chunks that are unpacked as a whole.

  /// Entries of the leading dimension; a scalar is one.
  [[nodiscard]] int64_t rows() const { return shape.empty() ? 1 : shape[0]; }
  /// Of elements in one of them. Not for an array without elements.
  [[nodiscard]] int64_t row_elements() const { return element_count(shape) / rows(); }
};

/// An open dataset, as Hdf5Dataset.
class Hdf5Array {
 public:
  explicit Hdf5Array(ArrayInfo info) : info_(std::move(info)) {}
  Hdf5Array(const Hdf5Array&) = delete;
  Hdf5Array& operator=(const Hdf5Array&) = delete;
  virtual ~Hdf5Array() = default;

  [[nodiscard]] const ArrayInfo& info() const { return info_; }

  /// Rows [begin, end), which must be there and more than none, as numbers that the kind of elements allows.
  /// @throws Error
  virtual void read(Numbers numbers, int64_t begin, int64_t end, std::byte* to) const = 0;

 private:
  ArrayInfo info_;
};

/// An open file, whose functions are those of Hdf5File.
class Hdf5Source {
 public:
  Hdf5Source() = default;
  Hdf5Source(const Hdf5Source&) = delete;
  Hdf5Source& operator=(const Hdf5Source&) = delete;
  virtual ~Hdf5Source() = default;

  [[nodiscard]] virtual std::vector<std::string> datasets(std::string_view group) const = 0;
  [[nodiscard]] virtual std::vector<std::string> groups(std::string_view group) const = 0;
  [[nodiscard]] virtual bool has_group(std::string_view path) const = 0;
  [[nodiscard]] virtual bool has_dataset(std::string_view path) const = 0;
  [[nodiscard]] virtual std::unique_ptr<Hdf5Array> dataset(std::string_view path) const = 0;
  [[nodiscard]] virtual bool has_attribute(std::string_view object, const std::string& name) const = 0;
  [[nodiscard]] virtual std::vector<std::string> strings_attribute(std::string_view object,
                                                                   const std::string& name) const = 0;
  [[nodiscard]] virtual std::vector<double> numbers_attribute(std::string_view object,
                                                              const std::string& name) const = 0;
};

}  // namespace dpac
