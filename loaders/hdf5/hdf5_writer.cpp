#include "loaders/hdf5/hdf5_writer.h"

#include <array>
#include <cassert>
#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>
#include <hdf5.h>

#include "kernels/error.h"
#include "loaders/hdf5/hdf5_handle.h"
#include "loaders/output_path.h"

namespace dpac {
namespace {

SpaceHandle space_of(const Shape& shape) {
  if (shape.empty()) return SpaceHandle(H5Screate(H5S_SCALAR));
  const std::vector<hsize_t> dims(shape.begin(), shape.end());
  return SpaceHandle(H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr));
}

/// Whether `file` can be written to; else errno says why. HDF5 does not recover from a file that it could
/// create but not begin.
bool can_begin(const std::filesystem::path& file) {
  const std::array<char, 512> bytes{};  // More than a superblock has.
  const int descriptor = open(file.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool written = pwrite(descriptor, bytes.data(), bytes.size(), 0) == std::ssize(bytes);
  return close(descriptor) == 0 && written;
}

/// A regular file's path, or a new one's.
std::filesystem::path hdf5_target(const std::filesystem::path& path) {
  std::filesystem::path target = output_path(path);
  if (!is_special_file(target)) return target;
  throw Error(fmt::format("{}: is a device or pipe, which HDF5 cannot be written to", target.string()));
}

/// Closes a file that is not wanted any more. HDF5 crashes at exit if it cannot write what it still holds, as
/// on a full disk (h5py issue 914): that goes to memory instead.
void discard(hid_t file) {
  void* descriptor = nullptr;
  const int sink = memfd_create("discarded", 0);
  if (H5Fget_vfd_handle(file, H5P_DEFAULT, &descriptor) >= 0 && sink >= 0) {
    dup2(sink, *static_cast<int*>(descriptor));
  }
  if (sink >= 0) close(sink);
  H5Fclose(file);
}

TypeHandle utf8_string() {
  TypeHandle type(H5Tcopy(H5T_C_S1));
  H5Tset_size(type.get(), H5T_VARIABLE);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  return type;
}

}  // namespace

Hdf5Writer::Hdf5Writer(const std::filesystem::path& target)
    : target_(hdf5_target(target)), temporary_(target_) {
  if (!can_begin(temporary_.path())) {
    throw Error(
        fmt::format("{}: cannot be written: {}", target_.string(), std::generic_category().message(errno)));
  }
  const Hdf5Session session;
  const PropertiesHandle access(H5Pcreate(H5P_FILE_ACCESS));
  H5Pset_sieve_buf_size(access.get(), 0);          // A write fails at once, not when its dataset is closed.
  H5Pset_file_locking(access.get(), false, true);  // The temporary file is locked already.
  id_ = H5Fcreate(temporary_.path().c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.get());
  if (id_ < 0) throw Error(fmt::format("{}: cannot be written: {}", target_.string(), hdf5_reason()));
}

Hdf5Writer::~Hdf5Writer() {
  if (id_ < 0) return;
  const Hdf5Session session;
  discard(id_);
}

void Hdf5Writer::write_floats(std::string_view path, const Shape& shape, std::span<const float> values) {
  assert(static_cast<int64_t>(values.size()) == element_count(shape));
  const Hdf5Session session;
  write(path, shape, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, values.data());
}

void Hdf5Writer::write_integers(std::string_view path, const Shape& shape, std::span<const int64_t> values) {
  assert(static_cast<int64_t>(values.size()) == element_count(shape));
  const Hdf5Session session;
  write(path, shape, H5T_STD_I64LE, H5T_NATIVE_INT64, values.data());
}

void Hdf5Writer::write(std::string_view path, const Shape& shape, int64_t file_type, int64_t memory_type,
                       const void* values) {
  const PropertiesHandle links(H5Pcreate(H5P_LINK_CREATE));
  H5Pset_create_intermediate_group(links.get(), 1);
  const PropertiesHandle creation(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_obj_track_times(creation.get(), false);
  const SpaceHandle space = space_of(shape);
  const DatasetHandle dataset(H5Dcreate(id_, std::string(path).c_str(), file_type, space.get(), links.get(),
                                        creation.get(), H5P_DEFAULT));
  if (!dataset.valid() || H5Dwrite(dataset.get(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0) {
    throw Error(fmt::format("{}: cannot write dataset '{}': {}", target_.string(), path, hdf5_reason()));
  }
}

void Hdf5Writer::set_attribute(std::string_view object, const std::string& name, const std::string& value) {
  const Hdf5Session session;
  const char* text = value.c_str();
  write_attribute(object, name, utf8_string().get(), space_of({}).get(), &text);
}

void Hdf5Writer::set_attribute(std::string_view object, const std::string& name,
                               const std::vector<std::string>& values) {
  const Hdf5Session session;
  std::vector<const char*> texts;
  for (const std::string& value : values) texts.push_back(value.c_str());
  write_attribute(object, name, utf8_string().get(), space_of({static_cast<int64_t>(values.size())}).get(),
                  texts.data());
}

void Hdf5Writer::set_attribute(std::string_view object, const std::string& name, double value) {
  const Hdf5Session session;
  write_attribute(object, name, H5T_NATIVE_DOUBLE, space_of({}).get(), &value);
}

void Hdf5Writer::write_attribute(std::string_view object, const std::string& name, int64_t type,
                                 int64_t space, const void* values) {
  const std::string path = fmt::format("/{}", object);
  const AttributeHandle attribute(
      H5Acreate_by_name(id_, path.c_str(), name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  if (!attribute.valid() || H5Awrite(attribute.get(), type, values) < 0) {
    throw Error(fmt::format("{}: cannot write attribute '{}' of '{}': {}", target_.string(), name, path,
                            hdf5_reason()));
  }
}

void Hdf5Writer::commit() {
  const Hdf5Session session;
  if (H5Fflush(id_, H5F_SCOPE_LOCAL) < 0) {
    throw Error(fmt::format("{}: cannot be written: {}", target_.string(), hdf5_reason()));
  }
  if (H5Fclose(std::exchange(id_, -1)) < 0) {
    throw Error(fmt::format("{}: cannot be written: {}", target_.string(), hdf5_reason()));
  }
  temporary_.commit();
}

}  // namespace dpac
