#include "loaders/hdf5/hdf5_storage.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/checked_size.h"
#include "loaders/hdf5/hdf5_filters.h"
#include "loaders/hdf5/hdf5_handle.h"
#include "loaders/stored_bytes.h"

namespace dpac {
namespace {

/// Deflate's best is 1032 to 1.
constexpr int64_t kMostCompression = 1100;

/// A chunk is unpacked as a whole, and may be larger than a dataset that was meant to grow.
constexpr int64_t kLargestChunk = int64_t{64} << 20, kMostChunkPerData = 2;

struct Stored {
  const Shape& shape;
  int64_t element_bytes;
  int64_t bytes;      // Of the file taken by the data.
  int64_t file_size;  // Bytes.
  const std::string& where;
};

[[noreturn]] void refuse_size(const Stored& stored) {
  throw Error(
      fmt::format("{} claims shape {} of {}-byte elements, but the file holds only {} bytes of it; "
                  "the file is damaged or was never written in full",
                  stored.where, to_string(stored.shape), stored.element_bytes, stored.bytes));
}

void check_inside(hid_t properties, H5D_layout_t layout, const std::string& where) {
  if (layout == H5D_VIRTUAL) {
    throw Error(where +
                " is a virtual dataset, whose data lies in other files; copy the data into this file");
  }
  if (layout == H5D_CONTIGUOUS && H5Pget_external_count(properties) != 0) {
    throw Error(where + " keeps its data in external files; copy the data into this file");
  }
}

/// -1 for chunks that cannot be.
int64_t chunk_count(const Shape& shape, const std::array<hsize_t, H5S_MAX_RANK>& chunk) {
  int64_t count = 1;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const auto size = static_cast<int64_t>(chunk[i]);
    if (size < 1) return -1;
    if (__builtin_mul_overflow(count, (shape[i] - 1) / size + 1, &count)) return -1;
  }
  return count;
}

/// Every chunk must be there (HDF5 would fill a hole with zeros) and plausible in size, on disk and unpacked.
void check_chunks(hid_t dataset, hid_t properties, const Stored& stored) {
  std::array<hsize_t, H5S_MAX_RANK> chunk{};
  H5Pget_chunk(properties, static_cast<int>(chunk.size()), chunk.data());
  const int64_t needed = chunk_count(stored.shape, chunk);
  hsize_t present = 0;
  const SpaceHandle space(H5Dget_space(dataset));
  if (H5Dget_num_chunks(dataset, space.get(), &present) < 0 || needed < 0) refuse_size(stored);
  if (static_cast<int64_t>(present) != needed) {
    throw Error(fmt::format("{} has {} of its {} chunks stored; the file was never written in full",
                            stored.where, present, needed));
  }
  const Shape unpacked(chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(stored.shape.size()));
  const auto chunk_bytes = checked_bytes(unpacked, stored.element_bytes);
  const int64_t gain = H5Pget_nfilters(properties) == 0 ? 1 : kMostCompression;
  if (!chunk_bytes || *chunk_bytes > stored.bytes / needed * gain + gain) refuse_size(stored);
  const int64_t data = element_count(stored.shape) * stored.element_bytes;
  const bool needless = *chunk_bytes > kLargestChunk && *chunk_bytes / kMostChunkPerData > data;
  // Half of what may be unpacked, for a chunk is held twice: as bytes, and as numbers.
  if (needless || *chunk_bytes > most_unpacked_bytes(stored.file_size) / 2) {
    throw Error(
        fmt::format("{} of shape {} is stored in chunks of {} bytes, far more than {}; write it with smaller "
                    "chunks",
                    stored.where, to_string(stored.shape), *chunk_bytes,
                    needless ? "it needs" : "a file of this size can mean"));
  }
}

}  // namespace

void check_storage(hid_t dataset, const Shape& shape, std::size_t element_bytes, const std::string& where) {
  const PropertiesHandle properties(H5Dget_create_plist(dataset));
  const H5D_layout_t layout = H5Pget_layout(properties.get());
  check_inside(properties.get(), layout, where);
  const ChunkFilters filters(properties.get(), where);  // Refuses those that cannot be undone.
  const auto needed = checked_bytes(shape, static_cast<int64_t>(element_bytes));
  if (needed == 0) return;
  const FileHandle file(H5Iget_file_id(dataset));
  hsize_t file_size = 0;
  H5Fget_filesize(file.get(), &file_size);
  const Stored stored{shape, static_cast<int64_t>(element_bytes),
                      static_cast<int64_t>(H5Dget_storage_size(dataset)), static_cast<int64_t>(file_size),
                      where};
  if (stored.bytes < 0 || stored.bytes > stored.file_size) {
    throw Error(fmt::format("{} claims to lie in more bytes than the file's {}; the file is damaged", where,
                            stored.file_size));
  }
  if (!needed) refuse_size(stored);
  if (layout == H5D_CHUNKED) {
    check_chunks(dataset, properties.get(), stored);
  } else if (stored.bytes < *needed) {
    refuse_size(stored);
  }
}

}  // namespace dpac
