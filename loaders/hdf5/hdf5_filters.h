/// @file
/// Undoes what was done to the chunks of an HDF5 dataset. The library itself takes a chunk that unpacks to
/// fewer bytes than its shape needs, and reads on in whatever memory lies behind them. For .cpp files only:
/// it brings in hdf5.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <hdf5.h>

namespace dpac {

/// The filters of a dataset: gzip, shuffle and Fletcher-32, in any order and number.
class ChunkFilters {
 public:
  /// `properties` are those that the dataset was created with; `where` begins messages: "file.h5: dataset
  /// 'x'".
  /// @throws Error for any other filter.
  ChunkFilters(hid_t properties, std::string where);

  [[nodiscard]] bool empty() const { return filters_.empty(); }

  /// The chunk that `stored` stands for, which must have `size` bytes; at no time are there many more.
  /// @throws Error if it has more or fewer, or is damaged.
  [[nodiscard]] std::vector<uint8_t> unpack(std::vector<uint8_t> stored, std::size_t size) const;

 private:
  struct Filter {
    H5Z_filter_t id;
    std::size_t element_bytes;  // Of shuffle.
  };

  [[nodiscard]] std::vector<uint8_t> inflated(const std::vector<uint8_t>& stored, std::size_t most) const;
  [[nodiscard]] std::vector<uint8_t> verified(std::vector<uint8_t> bytes) const;
  [[noreturn]] void fail(const std::string& why) const;

  std::vector<Filter> filters_;  // In the order in which they were applied.
  std::string where_;
};

}  // namespace dpac
