// An attribute holds references of 16 bytes: length, address of a global heap, index in it. A heap is "GCOL",
// a version and its size, then objects of a 16-byte header (index, two unused fields, size) and data in
// multiples of 8 bytes; index 0 is the free space at the end. See the HDF5 File Format Specification,
// sections III.E and IV.A.2.d.
#include "loaders/hdf5/hdf5_heap.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>
#include <span>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/hdf5/hdf5_handle.h"

namespace dpac {
namespace {

constexpr const char* kRawTag = "dpac: a reference as stored";
constexpr std::size_t kReferenceBytes = 16, kHeaderBytes = 16;
constexpr uint64_t kLargestHeap = uint64_t{64} << 20;

struct Reference {
  uint32_t length;
  uint64_t heap;
  uint32_t index;
};

/// The conversion to kRawTag: what is stored stays as it is.
herr_t keep_raw(hid_t, hid_t to, H5T_cdata_t* conversion, size_t, size_t, size_t, void*, void*, hid_t) {
  if (conversion->command != H5T_CONV_INIT) return 0;
  const std::unique_ptr<char, herr_t (*)(void*)> tag(H5Tget_tag(to), H5free_memory);
  conversion->need_bkg = H5T_BKG_NO;
  return tag != nullptr && std::string(tag.get()) == kRawTag ? 0 : -1;
}

TypeHandle raw_type() {
  TypeHandle raw(H5Tcreate(H5T_OPAQUE, kReferenceBytes));
  H5Tset_tag(raw.get(), kRawTag);
  [[maybe_unused]] static const herr_t registered = [&] {
    const TypeHandle text(H5Tcopy(H5T_C_S1));
    H5Tset_size(text.get(), H5T_VARIABLE);
    return H5Tregister(H5T_PERS_SOFT, "dpac_keep_raw", text.get(), raw.get(), keep_raw);
  }();
  return raw;
}

std::vector<Reference> read_references(hid_t attribute, std::size_t count, const std::string& where) {
  std::string bytes(count * kReferenceBytes, '\0');
  const bool fits = H5Aget_storage_size(attribute) == bytes.size();
  if (!fits || H5Aread(attribute, raw_type().get(), bytes.data()) < 0) {
    throw Error(fmt::format("{} cannot be read ({} strings are claimed)", where, count));
  }
  std::vector<Reference> references(count);
  for (std::size_t i = 0; i < count; ++i) {
    const char* from = bytes.data() + i * kReferenceBytes;
    std::memcpy(&references[i].length, from, 4);
    std::memcpy(&references[i].heap, from + 4, 8);
    std::memcpy(&references[i].index, from + 12, 4);
  }
  return references;
}

/// The bytes of the file that an attribute is in, on disk or in memory: there they are read where they lie,
/// for a copy of the file for every string takes a minute of some.
class FileBytes {
 public:
  explicit FileBytes(hid_t file) {
    const PropertiesHandle access(H5Fget_access_plist(file));
    void* handle = nullptr;
    hsize_t size = 0;
    if (H5Pget_driver(access.get()) == H5FD_CORE) {
      const bool known = H5Fget_vfd_handle(file, H5P_DEFAULT, &handle) >= 0 && handle != nullptr &&
                         H5Fget_filesize(file, &size) >= 0;
      if (known) memory_ = {*static_cast<const char* const*>(handle), static_cast<std::size_t>(size)};
      return;
    }
    std::string name(static_cast<std::size_t>(std::max<ssize_t>(0, H5Fget_name(file, nullptr, 0))), '\0');
    H5Fget_name(file, name.data(), name.size() + 1);
    disk_.open(name, std::ios::binary);
  }

  /// Whether there are so many bytes.
  bool read(uint64_t at, std::span<char> to) {
    if (!disk_.is_open()) {
      if (at > memory_.size() || to.size() > memory_.size() - at) return false;
      std::copy_n(memory_.begin() + static_cast<std::ptrdiff_t>(at), to.size(), to.begin());
      return true;
    }
    disk_.clear();
    disk_.seekg(static_cast<std::streamoff>(at));
    return static_cast<bool>(disk_.read(to.data(), static_cast<std::streamsize>(to.size())));
  }

 private:
  std::span<const char> memory_;
  std::ifstream disk_;
};

class Heaps {
 public:
  Heaps(hid_t file, const std::string& where) : bytes_(file), where_(where) {
    const PropertiesHandle creation(H5Fget_create_plist(file));
    H5Pget_userblock(creation.get(), &base_);
  }

  std::string string_of(const Reference& reference) {
    if (reference.length == 0) return {};
    const std::string& heap = heap_at(reference.heap);
    for (std::size_t at = kHeaderBytes; at + kHeaderBytes <= heap.size();) {
      const auto index = number<uint16_t>(heap, at);
      const auto size = number<uint64_t>(heap, at + 8);
      at += kHeaderBytes;
      if (index == 0 || size > heap.size() - at) break;
      if (index == reference.index && size >= reference.length)
        return text(heap.substr(at, reference.length));
      at += (size + 7) / 8 * 8;
    }
    fail();
  }

 private:
  template <class T>
  static T number(const std::string& bytes, std::size_t at) {
    T value;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
  }

  static std::string text(std::string bytes) {
    bytes.resize(std::min(bytes.find('\0'), bytes.size()));
    return bytes;
  }

  const std::string& heap_at(uint64_t address) {
    if (const auto known = known_.find(address); known != known_.end()) return known->second;
    const std::string header = read(address, kHeaderBytes);
    if (!header.starts_with("GCOL")) fail();
    const auto size = number<uint64_t>(header, 8);
    if (size < kHeaderBytes || size > kLargestHeap) fail();
    return known_[address] = read(address, size);
  }

  std::string read(uint64_t address, uint64_t size) {
    if (address > static_cast<uint64_t>(INT64_MAX) - base_) fail();
    std::string bytes(size, '\0');
    if (!bytes_.read(base_ + address, bytes)) fail();
    return bytes;
  }

  [[noreturn]] void fail() const {
    throw Error(where_ + " refers to a string that is not there; the file is damaged");
  }

  FileBytes bytes_;
  const std::string& where_;
  hsize_t base_ = 0;  // Addresses count from here.
  std::map<uint64_t, std::string> known_;
};

}  // namespace

std::vector<std::string> read_variable_strings(hid_t attribute, std::size_t count, const std::string& where) {
  const std::vector<Reference> references = read_references(attribute, count, where);
  const FileHandle file(H5Iget_file_id(attribute));
  Heaps heaps(file.get(), where);
  std::vector<std::string> strings;
  for (const Reference& reference : references) strings.push_back(heaps.string_of(reference));
  return strings;
}

}  // namespace dpac
