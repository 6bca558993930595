/// @file
/// What every user of the HDF5 C library in this folder needs: handles that close themselves, and a lock
/// around the library, whose Debian build is not thread-safe. For .cpp files only: it brings in hdf5.h.
#pragma once

#include <mutex>
#include <string>
#include <utility>

#include <hdf5.h>

namespace dpac {

/// Owns one HDF5 identifier. `kClose` is the library's close function for its kind.
template <herr_t (*kClose)(hid_t)>
class Hdf5Handle {
 public:
  Hdf5Handle() = default;
  explicit Hdf5Handle(hid_t id) : id_(id) {}
  Hdf5Handle(Hdf5Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
  Hdf5Handle& operator=(Hdf5Handle&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  ~Hdf5Handle() {
    if (valid()) kClose(id_);
  }

  [[nodiscard]] bool valid() const { return id_ >= 0; }
  [[nodiscard]] hid_t get() const { return id_; }
  /// Hands the identifier over to the caller.
  hid_t release() { return std::exchange(id_, H5I_INVALID_HID); }

 private:
  hid_t id_ = H5I_INVALID_HID;
};

using FileHandle = Hdf5Handle<H5Fclose>;
using DatasetHandle = Hdf5Handle<H5Dclose>;
using SpaceHandle = Hdf5Handle<H5Sclose>;
using TypeHandle = Hdf5Handle<H5Tclose>;
using AttributeHandle = Hdf5Handle<H5Aclose>;
using ObjectHandle = Hdf5Handle<H5Oclose>;
using PropertiesHandle = Hdf5Handle<H5Pclose>;

/// While alive: this thread alone is inside the library, and the library prints no error stacks.
/// Make one first in every public function, so that handles made after it also close under it.
class Hdf5Session {
 public:
  Hdf5Session();
  ~Hdf5Session();
  Hdf5Session(const Hdf5Session&) = delete;
  Hdf5Session& operator=(const Hdf5Session&) = delete;

 private:
  std::unique_lock<std::recursive_mutex> lock_;
  H5E_auto2_t printer_ = nullptr;
  void* printer_data_ = nullptr;
};

/// The innermost reason of the call that has just failed ("truncated file: ..."), in the library's words.
std::string hdf5_reason();

}  // namespace dpac
