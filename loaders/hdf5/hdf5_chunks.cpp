#include "loaders/hdf5/hdf5_chunks.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac {
namespace {

Shape chunk_of(hid_t properties, std::size_t rank) {
  std::array<hsize_t, H5S_MAX_RANK> sizes{};
  H5Pget_chunk(properties, static_cast<int>(sizes.size()), sizes.data());
  return Shape(sizes.begin(), sizes.begin() + static_cast<std::ptrdiff_t>(rank));
}

/// Elements between neighbours in each dimension of a row-major array.
Shape strides_of(const Shape& shape) {
  Shape strides(shape.size(), 1);
  for (std::size_t d = shape.size() - 1; d > 0; --d) strides[d - 1] = strides[d] * shape[d];
  return strides;
}

/// Counts `at` up within [first, end), the last index fastest; false behind the last.
bool advance(std::vector<int64_t>& at, const Shape& first, const Shape& end, const Shape& step) {
  for (std::size_t d = at.size(); d-- > 0;) {
    at[d] += step[d];
    if (at[d] < end[d]) return true;
    at[d] = first[d];
  }
  return false;
}

}  // namespace

ChunkReader::ChunkReader(hid_t dataset, Shape shape, hid_t memory_type, const std::string& where)
    : dataset_(dataset),
      shape_(std::move(shape)),
      memory_type_(memory_type),
      where_(where),
      properties_(H5Dget_create_plist(dataset)),
      file_type_(H5Dget_type(dataset)),
      file_bytes_(H5Tget_size(file_type_.get())),
      memory_bytes_(H5Tget_size(memory_type)),
      filters_(properties_.get(), where) {
  chunk_ = chunk_of(properties_.get(), shape_.size());
}

void ChunkReader::read(int64_t begin, int64_t end, std::byte* to) {
  Place first(shape_.size(), 0), last(shape_);
  first[0] = begin / chunk_[0] * chunk_[0];
  last[0] = end;
  Place corner = first;
  do {
    copy_box(elements_at(corner), corner, begin, end, to);
  } while (advance(corner, first, last, chunk_));
}

std::vector<uint8_t> ChunkReader::elements_at(const Place& corner) const {
  const auto count = static_cast<std::size_t>(element_count(chunk_));
  std::vector<uint8_t> bytes = stored_at(corner);
  if (is_filtered(corner)) bytes = filters_.unpack(std::move(bytes), count * file_bytes_);
  if (bytes.size() != count * file_bytes_) {
    fail(corner, fmt::format("has {} bytes, expected {}", bytes.size(), count * file_bytes_));
  }
  bytes.resize(count * std::max(file_bytes_, memory_bytes_));
  if (H5Tconvert(file_type_.get(), memory_type_, count, bytes.data(), nullptr, H5P_DEFAULT) < 0) {
    fail(corner, fmt::format("cannot be converted: {}", hdf5_reason()));
  }
  return bytes;
}

std::vector<uint8_t> ChunkReader::stored_at(const Place& corner) const {
  const std::vector<hsize_t> offset(corner.begin(), corner.end());
  const FileHandle file(H5Iget_file_id(dataset_));
  hsize_t file_size = 0, size = 0;
  H5Fget_filesize(file.get(), &file_size);
  // The size is what the read fills, whatever it is given.
  if (H5Dget_chunk_storage_size(dataset_, offset.data(), &size) < 0 || size == 0 || size > file_size) {
    fail(corner, "is not there");
  }
  std::vector<uint8_t> bytes(size);
  uint32_t mask = 0;
  if (H5Dread_chunk(dataset_, H5P_DEFAULT, offset.data(), &mask, bytes.data()) < 0) {
    fail(corner, fmt::format("cannot be read: {}", hdf5_reason()));
  }
  if (mask != 0) fail(corner, fmt::format("was stored without some of the filters (mask {:#x})", mask));
  return bytes;
}

/// What reaches beyond the shape may be stored as it is, by the dataset's own property.
bool ChunkReader::is_filtered(const Place& corner) const {
  unsigned options = 0;
  H5Pget_chunk_opts(properties_.get(), &options);
  if ((options & H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS) == 0) return true;
  for (std::size_t d = 0; d < shape_.size(); ++d) {
    if (corner[d] + chunk_[d] > shape_[d]) return false;
  }
  return true;
}

/// Copies what is wanted of the chunk, in runs that are contiguous in both.
void ChunkReader::copy_box(const std::vector<uint8_t>& chunk, const Place& corner, int64_t begin, int64_t end,
                           std::byte* to) const {
  const Shape from_stride = strides_of(chunk_), to_stride = strides_of(shape_);
  Place first(corner), last(corner);
  for (std::size_t d = 0; d < shape_.size(); ++d) last[d] = std::min(corner[d] + chunk_[d], shape_[d]);
  first[0] = std::max(first[0], begin);
  last[0] = std::min(last[0], end);
  std::size_t outer = shape_.size() - 1;
  while (outer > 0 && chunk_[outer] == shape_[outer]) --outer;
  const int64_t run = (last[outer] - first[outer]) * to_stride[outer];
  Place step(shape_.size(), 1);
  for (std::size_t d = outer; d < step.size(); ++d) step[d] = last[d];  // One step is all of it.
  Place at = first;
  do {
    int64_t from = 0, target = -begin * to_stride[0];
    for (std::size_t d = 0; d < at.size(); ++d) {
      from += (at[d] - corner[d]) * from_stride[d];
      target += at[d] * to_stride[d];
    }
    std::memcpy(to + target * static_cast<int64_t>(memory_bytes_),
                chunk.data() + from * static_cast<int64_t>(memory_bytes_),
                static_cast<std::size_t>(run) * memory_bytes_);
  } while (advance(at, first, last, step));
}

void ChunkReader::fail(const Place& corner, const std::string& why) const {
  throw Error(
      fmt::format("{}: its chunk at {} {}; the file is damaged, or was written by something else than "
                  "the HDF5 library's own filters",
                  where_, to_string(corner), why));
}

}  // namespace dpac
