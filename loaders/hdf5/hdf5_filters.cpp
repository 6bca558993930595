#include "loaders/hdf5/hdf5_filters.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <zlib.h>

#include "kernels/error.h"

namespace dpac {
namespace {

constexpr std::size_t kChecksumBytes = 4;

/// From all first bytes, all second ones, ... to elements; what is left over stays at the end.
std::vector<uint8_t> unshuffled(std::vector<uint8_t> bytes, std::size_t element_bytes) {
  const std::size_t count = element_bytes == 0 ? 0 : bytes.size() / element_bytes;
  if (element_bytes < 2 || count < 2) return bytes;
  std::vector<uint8_t> elements(bytes);
  for (std::size_t byte = 0; byte < element_bytes; ++byte) {
    const uint8_t* from = bytes.data() + byte * count;
    for (std::size_t i = 0; i < count; ++i) elements[i * element_bytes + byte] = from[i];
  }
  return elements;
}

uint32_t folded(uint32_t sum) {
  return (sum & 0xffff) + (sum >> 16);
}

/// Fletcher-32 over big-endian 16-bit words, an odd byte padded with zero. (J. G. Fletcher, An arithmetic
/// checksum for serial transmissions, 1982.)
uint32_t fletcher32(const uint8_t* bytes, std::size_t size) {
  uint32_t first = 0, second = 0;
  for (std::size_t i = 0; i < size; i += 2) {
    const uint32_t low = i + 1 < size ? bytes[i + 1] : 0;
    first = folded(first + (uint32_t{bytes[i]} << 8 | low));
    second = folded(second + first);
  }
  return second << 16 | first;
}

/// As HDF5 before 1.6.3 wrote it on little-endian machines.
uint32_t with_swapped_bytes(uint32_t sum) {
  return (sum & 0x00ff00ff) << 8 | (sum >> 8 & 0x00ff00ff);
}

}  // namespace

ChunkFilters::ChunkFilters(hid_t properties, std::string where) : where_(std::move(where)) {
  const int count = H5Pget_nfilters(properties);
  if (count < 0) fail("has no readable list of filters");
  for (int i = 0; i < count; ++i) {
    unsigned flags = 0, config = 0;
    std::array<unsigned, 8> values{};
    std::size_t value_count = values.size();
    const H5Z_filter_t id = H5Pget_filter2(properties, static_cast<unsigned>(i), &flags, &value_count,
                                           values.data(), 0, nullptr, &config);
    if (id != H5Z_FILTER_DEFLATE && id != H5Z_FILTER_SHUFFLE && id != H5Z_FILTER_FLETCHER32) {
      throw Error(
          fmt::format("{} is compressed by something else than gzip (HDF5's filter {}); write it with "
                      "gzip or uncompressed",
                      where_, id));
    }
    filters_.push_back({id, values[0]});
  }
}

std::vector<uint8_t> ChunkFilters::unpack(std::vector<uint8_t> stored, std::size_t size) const {
  const auto checksums = std::ranges::count(filters_, H5Z_FILTER_FLETCHER32, &Filter::id);
  const std::size_t most = size + kChecksumBytes * static_cast<std::size_t>(checksums);
  for (auto filter = filters_.rbegin(); filter != filters_.rend(); ++filter) {
    if (filter->id == H5Z_FILTER_DEFLATE) {
      stored = inflated(stored, most);
    } else if (filter->id == H5Z_FILTER_FLETCHER32) {
      stored = verified(std::move(stored));
    } else {
      stored = unshuffled(std::move(stored), filter->element_bytes);
    }
  }
  if (stored.size() != size) {
    fail(fmt::format("has a chunk that unpacks to {} bytes, expected {}", stored.size(), size));
  }
  return stored;
}

std::vector<uint8_t> ChunkFilters::inflated(const std::vector<uint8_t>& stored, std::size_t most) const {
  std::vector<uint8_t> bytes(most);
  z_stream stream{};
  stream.next_in = const_cast<uint8_t*>(stored.data());  // zlib's signature merely lacks the const.
  stream.avail_in = static_cast<uInt>(stored.size());
  stream.next_out = bytes.data();
  stream.avail_out = static_cast<uInt>(bytes.size());
  if (inflateInit(&stream) != Z_OK) fail("has a chunk that zlib has no memory for");
  const int status = inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  const bool cut = stream.avail_in == 0;
  if (status != Z_STREAM_END) {
    fail(status != Z_BUF_ERROR ? "has a chunk that is no valid gzip stream"
         : cut                 ? "has a chunk whose gzip stream is cut off"
               : fmt::format("has a chunk that unpacks to more than {} bytes, expected no more", most));
  }
  bytes.resize(stream.total_out);
  return bytes;
}

std::vector<uint8_t> ChunkFilters::verified(std::vector<uint8_t> bytes) const {
  if (bytes.size() < kChecksumBytes) fail("has a chunk without its checksum");
  const std::size_t size = bytes.size() - kChecksumBytes;
  uint32_t stored = 0;
  for (std::size_t i = kChecksumBytes; i-- > 0;) stored = stored << 8 | bytes[size + i];
  const uint32_t sum = fletcher32(bytes.data(), size);
  if (stored != sum && stored != with_swapped_bytes(sum)) fail("has a chunk whose checksum is wrong");
  bytes.resize(size);
  return bytes;
}

void ChunkFilters::fail(const std::string& why) const {
  throw Error(fmt::format("{} {}; the file is damaged", where_, why));
}

}  // namespace dpac
