/// @file
/// Reads compressed HDF5 datasets chunk by chunk, each checked. For .cpp files only: it brings in hdf5.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <hdf5.h>

#include "engine/tensor.h"
#include "loaders/hdf5/hdf5_filters.h"
#include "loaders/hdf5/hdf5_handle.h"

namespace dpac {

/// One reading of a dataset that has filters.
class ChunkReader {
 public:
  /// Elements are converted to `memory_type`; `where` begins messages: "file.h5: dataset 'x'".
  ChunkReader(hid_t dataset, Shape shape, hid_t memory_type, const std::string& where);

  /// Entries [begin, end) of the leading dimension, row-major.
  /// @throws Error if a chunk was stored past a filter, or does not unpack to exactly its size.
  void read(int64_t begin, int64_t end, std::byte* to);

 private:
  using Place = std::vector<int64_t>;  // An index for each dimension.

  [[nodiscard]] std::vector<uint8_t> elements_at(const Place& corner) const;
  [[nodiscard]] std::vector<uint8_t> stored_at(const Place& corner) const;
  [[nodiscard]] bool is_filtered(const Place& corner) const;
  void copy_box(const std::vector<uint8_t>& chunk, const Place& corner, int64_t begin, int64_t end,
                std::byte* to) const;
  [[noreturn]] void fail(const Place& corner, const std::string& why) const;

  hid_t dataset_;
  Shape shape_;
  Shape chunk_;  // Elements of a chunk in each dimension.
  hid_t memory_type_;
  std::string where_;
  PropertiesHandle properties_;
  TypeHandle file_type_;
  std::size_t file_bytes_, memory_bytes_;  // Of an element.
  ChunkFilters filters_;
};

}  // namespace dpac
