#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

#include "kernels/error.h"
#include "loaders/hdf5_file.h"
#include "loaders/hdf5_handle.h"

namespace dpac {

struct Hdf5Writer::Impl {
  std::filesystem::path target, temporary;
  Hdf5Handle file;

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(fmt::format("{}: cannot write {}; is the disk full, or the folder read-only?", target.string(), what));
  }

  void write(const std::string& dataset, const Shape& shape, hid_t memory_type, hid_t file_type, const void* values) {
    const Hdf5Silence silence;
    const std::vector<hsize_t> dims(shape.begin(), shape.end());
    const Hdf5Handle space(dims.empty() ? H5Screate(H5S_SCALAR)
                                        : H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr),
                           H5Sclose);
    const Hdf5Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
    H5Pset_create_intermediate_group(links.id(), 1);
    const Hdf5Handle created(
        H5Dcreate2(file.id(), dataset.c_str(), file_type, space.id(), links.id(), H5P_DEFAULT, H5P_DEFAULT), H5Dclose);
    if (!created || H5Dwrite(created.id(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0) {
      fail(fmt::format("dataset '{}'", dataset));
    }
  }
};

Hdf5Writer::Hdf5Writer(std::filesystem::path target) : impl_(std::make_unique<Impl>()) {
  const Hdf5Silence silence;
  impl_->temporary = target.string() + fmt::format(".tmp{}", ::getpid());
  impl_->target = std::move(target);
  impl_->file = Hdf5Handle(H5Fcreate(impl_->temporary.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
  if (!impl_->file) impl_->fail("the file");
}

Hdf5Writer::~Hdf5Writer() {
  const Hdf5Silence silence;
  impl_->file.reset();
  std::error_code ignored;
  std::filesystem::remove(impl_->temporary, ignored);
}

void Hdf5Writer::write_floats(const std::string& dataset, const Shape& shape, std::span<const float> values) {
  impl_->write(dataset, shape, H5T_NATIVE_FLOAT, H5T_IEEE_F32LE, values.data());
}

void Hdf5Writer::write_bytes(const std::string& dataset, const Shape& shape, std::span<const uint8_t> values) {
  impl_->write(dataset, shape, H5T_NATIVE_UINT8, H5T_STD_U8LE, values.data());
}

void Hdf5Writer::write_integers(const std::string& dataset, const Shape& shape, std::span<const int64_t> values) {
  impl_->write(dataset, shape, H5T_NATIVE_INT64, H5T_STD_I64LE, values.data());
}

void Hdf5Writer::write_attribute(const std::string& object, const std::string& name, const std::string& value) {
  const Hdf5Silence silence;
  const Hdf5Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.id(), value.size() + 1);
  H5Tset_cset(type.id(), H5T_CSET_UTF8);
  const Hdf5Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Hdf5Handle attribute(H5Acreate_by_name(impl_->file.id(), object.empty() ? "/" : object.c_str(), name.c_str(),
                                               type.id(), space.id(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                             H5Aclose);
  if (!attribute || H5Awrite(attribute.id(), type.id(), value.c_str()) < 0) impl_->fail(fmt::format("attribute '{}'", name));
}

void Hdf5Writer::commit() {
  const Hdf5Silence silence;
  if (!impl_->file.reset()) impl_->fail("the file");
  std::error_code error;
  std::filesystem::rename(impl_->temporary, impl_->target, error);
  if (error) impl_->fail("the file");
}

}  // namespace dpac
