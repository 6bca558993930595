#include "loaders/hdf5_file.h"

#include <algorithm>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/hdf5_handle.h"

namespace dpac {
namespace {

constexpr int kMostRanks = 32;
constexpr std::size_t kLongestAttribute = std::size_t{1} << 26;

bool is_filtered(hid_t properties) { return H5Pget_nfilters(properties) > 0; }

Hdf5Handle open_file(const std::filesystem::path& path) {
  const Hdf5Silence silence;
  std::error_code error;
  if (!std::filesystem::exists(path, error)) throw Error(fmt::format("{}: no such file", path.string()));
  if (H5Fis_hdf5(path.c_str()) <= 0) {
    throw Error(fmt::format("{}: expected an HDF5 file, but it does not begin like one", path.string()));
  }
  Hdf5Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (!file) throw Error(fmt::format("{}: the HDF5 file cannot be opened; it seems to be truncated or damaged", path.string()));
  return file;
}

Hdf5Handle open_image(std::span<const std::byte> image, const std::string& name) {
  const Hdf5Silence silence;
  const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_fapl_core(access.id(), std::size_t{1} << 20, 0);
  H5Pset_file_image(access.id(), const_cast<std::byte*>(image.data()), image.size());
  Hdf5Handle file(H5Fopen(name.c_str(), H5F_ACC_RDONLY, access.id()), H5Fclose);
  if (!file) throw Error(fmt::format("{}: the embedded HDF5 file cannot be opened", name));
  return file;
}

std::string read_string(hid_t attribute, hid_t type) {
  if (H5Tis_variable_str(type) > 0) {
    char* text = nullptr;
    if (H5Aread(attribute, type, &text) < 0 || text == nullptr) return {};
    std::string value = text;
    H5free_memory(text);
    return value;
  }
  std::string value(H5Tget_size(type), '\0');
  if (H5Aread(attribute, type, value.data()) < 0) return {};
  value.resize(std::min(value.find('\0'), value.size()));
  return value;
}

std::vector<std::string> read_fixed_strings(hid_t attribute, hid_t type, std::size_t count) {
  const std::size_t size = H5Tget_size(type);
  if (count > kLongestAttribute / std::max<std::size_t>(size, 1)) return {};
  std::string buffer(count * size, '\0');
  std::vector<std::string> values;
  if (H5Aread(attribute, type, buffer.data()) < 0) return values;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string value = buffer.substr(i * size, size);
    values.push_back(value.substr(0, value.find('\0')));
  }
  return values;
}

std::vector<std::string> read_variable_strings(hid_t attribute, hid_t type, hid_t space, std::size_t count) {
  if (count > kLongestAttribute / sizeof(char*)) return {};
  std::vector<char*> texts(count, nullptr);
  std::vector<std::string> values;
  if (H5Aread(attribute, type, texts.data()) < 0) return values;
  for (const char* text : texts) values.emplace_back(text == nullptr ? "" : text);
  H5Dvlen_reclaim(type, space, H5P_DEFAULT, texts.data());
  return values;
}

}  // namespace

struct Hdf5File::Impl {
  Hdf5Handle file;
  std::string name;

  [[noreturn]] void fail(const std::string& dataset, const std::string& why) const {
    throw Error(fmt::format("{}: dataset '{}' {}", name, dataset, why));
  }

  [[nodiscard]] Hdf5Handle open_dataset(const std::string& path) const {
    Hdf5Handle dataset(H5Dopen2(file.id(), path.c_str(), H5P_DEFAULT), H5Dclose);
    if (!dataset) fail(path, "cannot be opened; the file seems to be damaged");
    return dataset;
  }

  [[nodiscard]] Shape shape(const std::string& path, hid_t dataset) const {
    const Hdf5Handle space(H5Dget_space(dataset), H5Sclose);
    const int rank = H5Sget_simple_extent_ndims(space.id());
    hsize_t dims[kMostRanks] = {};
    if (rank < 0 || rank > kMostRanks || H5Sget_simple_extent_dims(space.id(), dims, nullptr) < 0) {
      fail(path, "has no simple shape");
    }
    Shape shape;
    for (int i = 0; i < rank; ++i) {
      if (dims[i] > static_cast<hsize_t>(INT64_MAX)) fail(path, "declares an impossible size");
      shape.push_back(static_cast<int64_t>(dims[i]));
    }
    return shape;
  }

  /// Elements, having made sure that the file really holds them.
  [[nodiscard]] int64_t checked_count(const std::string& path, hid_t dataset) const {
    const Shape dims = shape(path, dataset);
    int64_t count = 1;
    for (const int64_t d : dims) {
      if (d != 0 && count > kLargestTensor / d) {
        fail(path, fmt::format("declares the shape {}, more than the {} elements this reader takes",
                               to_string(dims), kLargestTensor));
      }
      count *= d;
    }
    check_storage(path, dataset, count);
    return count;
  }

  void check_storage(const std::string& path, hid_t dataset, int64_t count) const {
    const Hdf5Handle properties(H5Dget_create_plist(dataset), H5Pclose);
    const H5D_layout_t layout = H5Pget_layout(properties.id());
    if (layout == H5D_VIRTUAL) fail(path, "is a virtual dataset, whose data lie in other files; store the data itself");
    if (H5Pget_external_count(properties.id()) > 0) {
      fail(path, "has its data in an external file; store the data itself");
    }
    if (layout == H5D_COMPACT || is_filtered(properties.id()) || count == 0) return;
    const Hdf5Handle type(H5Dget_type(dataset), H5Tclose);
    const auto needed = static_cast<hsize_t>(count) * H5Tget_size(type.id());
    const hsize_t stored = H5Dget_storage_size(dataset);
    if (stored < needed) fail(path, fmt::format("declares {} bytes but stores only {}", needed, stored));
  }

  void read(const std::string& path, hid_t dataset, hid_t memory_type, void* dst) const {
    if (H5Dread(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, dst) < 0) {
      fail(path, "cannot be read; the file seems to be truncated or damaged");
    }
  }

  [[nodiscard]] Hdf5Handle open_attribute(const std::string& object, const std::string& attribute) const {
    const std::string path = object.empty() ? "/" : object;
    if (H5Aexists_by_name(file.id(), path.c_str(), attribute.c_str(), H5P_DEFAULT) <= 0) return {};
    return {H5Aopen_by_name(file.id(), path.c_str(), attribute.c_str(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose};
  }
};

Hdf5File::Hdf5File(const std::filesystem::path& path)
    : impl_(std::make_unique<Impl>(Impl{open_file(path), path.string()})), name_(path.string()) {}

Hdf5File::Hdf5File(std::span<const std::byte> image, std::string name)
    : impl_(std::make_unique<Impl>(Impl{open_image(image, name), name})), name_(std::move(name)) {}

Hdf5File::~Hdf5File() = default;
Hdf5File::Hdf5File(Hdf5File&&) noexcept = default;
Hdf5File& Hdf5File::operator=(Hdf5File&&) noexcept = default;

std::vector<std::string> Hdf5File::children(const std::string& group) const {
  const Hdf5Silence silence;
  const Hdf5Handle opened(H5Gopen2(impl_->file.id(), group.empty() ? "/" : group.c_str(), H5P_DEFAULT), H5Gclose);
  if (!opened) throw Error(fmt::format("{}: group '{}' cannot be opened", name_, group));
  std::vector<std::string> names;
  const auto collect = [](hid_t, const char* link, const H5L_info_t*, void* data) -> herr_t {
    static_cast<std::vector<std::string>*>(data)->emplace_back(link);
    return 0;
  };
  H5Literate(opened.id(), H5_INDEX_NAME, H5_ITER_INC, nullptr, collect, &names);
  return names;
}

std::vector<std::string> Hdf5File::datasets(const std::string& group) const {
  const Hdf5Silence silence;
  struct Visit {
    std::vector<std::string> found;
    std::string prefix, external;
  } visit{{}, group.empty() ? "" : group + "/", {}};
  const auto look = [](hid_t root, const char* link, const H5L_info_t* info, void* data) -> herr_t {
    auto& v = *static_cast<Visit*>(data);
    if (info->type == H5L_TYPE_EXTERNAL) {
      v.external = v.prefix + link;
      return 1;
    }
    const Hdf5Handle object(H5Oopen(root, link, H5P_DEFAULT), H5Oclose);
    if (object && H5Iget_type(object.id()) == H5I_DATASET) v.found.push_back(v.prefix + link);
    return 0;
  };
  const Hdf5Handle opened(H5Gopen2(impl_->file.id(), group.empty() ? "/" : group.c_str(), H5P_DEFAULT), H5Gclose);
  const herr_t status = opened ? H5Lvisit(opened.id(), H5_INDEX_NAME, H5_ITER_INC, look, &visit) : -1;
  if (!visit.external.empty()) {
    impl_->fail(visit.external, "is a link into another file; copy the data into this file");
  }
  if (status < 0) throw Error(fmt::format("{}: its groups cannot be read; the file seems to be damaged", name_));
  return std::move(visit.found);
}

bool Hdf5File::exists(const std::string& path) const {
  const Hdf5Silence silence;
  std::string part;
  for (std::size_t end = 0; end != std::string::npos;) {  // H5Lexists wants every link on the way to exist.
    end = path.find('/', part.size() + 1);
    part = path.substr(0, end);
    if (H5Lexists(impl_->file.id(), part.c_str(), H5P_DEFAULT) <= 0) return false;
  }
  return H5Oexists_by_name(impl_->file.id(), path.c_str(), H5P_DEFAULT) > 0;
}

Shape Hdf5File::shape(const std::string& dataset) const {
  const Hdf5Silence silence;
  return impl_->shape(dataset, impl_->open_dataset(dataset).id());
}

Hdf5File::Type Hdf5File::type(const std::string& dataset) const {
  const Hdf5Silence silence;
  const Hdf5Handle opened = impl_->open_dataset(dataset);
  const Hdf5Handle stored(H5Dget_type(opened.id()), H5Tclose);
  const H5T_class_t kind = H5Tget_class(stored.id());
  return kind == H5T_FLOAT ? Type::real : kind == H5T_INTEGER ? Type::integer : Type::other;
}

std::size_t Hdf5File::element_size(const std::string& dataset) const {
  const Hdf5Silence silence;
  const Hdf5Handle opened = impl_->open_dataset(dataset);
  return H5Tget_size(Hdf5Handle(H5Dget_type(opened.id()), H5Tclose).id());
}

Tensor Hdf5File::read_floats(const std::string& dataset) const {
  const Hdf5Silence silence;
  if (type(dataset) == Type::other) impl_->fail(dataset, "holds neither floats nor integers");
  const Hdf5Handle opened = impl_->open_dataset(dataset);
  static_cast<void>(impl_->checked_count(dataset, opened.id()));
  Tensor tensor(impl_->shape(dataset, opened.id()));
  if (!tensor.values().empty()) impl_->read(dataset, opened.id(), H5T_NATIVE_FLOAT, tensor.values().data());
  return tensor;
}

std::vector<int64_t> Hdf5File::read_integers(const std::string& dataset) const {
  const Hdf5Silence silence;
  if (type(dataset) != Type::integer) impl_->fail(dataset, "does not hold integers");
  const Hdf5Handle opened = impl_->open_dataset(dataset);
  std::vector<int64_t> values(static_cast<std::size_t>(impl_->checked_count(dataset, opened.id())));
  if (!values.empty()) impl_->read(dataset, opened.id(), H5T_NATIVE_INT64, values.data());
  return values;
}

void Hdf5File::read_bytes(const std::string& dataset, int64_t begin, int64_t count, std::span<uint8_t> dst) const {
  const Hdf5Silence silence;
  const Hdf5Handle opened = impl_->open_dataset(dataset);
  const Shape shape = impl_->shape(dataset, opened.id());
  std::vector<hsize_t> start(shape.size(), 0), extent(shape.begin(), shape.end());
  start[0] = static_cast<hsize_t>(begin);
  extent[0] = static_cast<hsize_t>(count);
  const Hdf5Handle space(H5Dget_space(opened.id()), H5Sclose);
  const auto size = static_cast<hsize_t>(dst.size());
  const Hdf5Handle memory(H5Screate_simple(1, &size, nullptr), H5Sclose);
  if (H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, extent.data(), nullptr) < 0 ||
      H5Dread(opened.id(), H5T_NATIVE_UINT8, memory.id(), space.id(), H5P_DEFAULT, dst.data()) < 0) {
    impl_->fail(dataset, fmt::format("cannot be read at row {}; the file seems to be damaged", begin));
  }
}

std::optional<std::string> Hdf5File::string_attribute(const std::string& object, const std::string& name) const {
  const Hdf5Silence silence;
  const Hdf5Handle attribute = impl_->open_attribute(object, name);
  if (!attribute) return std::nullopt;
  const Hdf5Handle type(H5Aget_type(attribute.id()), H5Tclose);
  const Hdf5Handle space(H5Aget_space(attribute.id()), H5Sclose);
  if (H5Tget_class(type.id()) != H5T_STRING || H5Sget_simple_extent_npoints(space.id()) != 1) return std::nullopt;
  return read_string(attribute.id(), type.id());
}

std::optional<std::vector<std::string>> Hdf5File::string_list_attribute(const std::string& object,
                                                                        const std::string& name) const {
  const Hdf5Silence silence;
  const Hdf5Handle attribute = impl_->open_attribute(object, name);
  if (!attribute) return std::nullopt;
  const Hdf5Handle type(H5Aget_type(attribute.id()), H5Tclose);
  const Hdf5Handle space(H5Aget_space(attribute.id()), H5Sclose);
  const hssize_t count = H5Sget_simple_extent_npoints(space.id());
  if (count == 0) return std::vector<std::string>();
  if (count < 0 || H5Tget_class(type.id()) != H5T_STRING) return std::nullopt;
  const auto size = static_cast<std::size_t>(count);
  if (H5Tis_variable_str(type.id()) > 0) return read_variable_strings(attribute.id(), type.id(), space.id(), size);
  return read_fixed_strings(attribute.id(), type.id(), size);
}

}  // namespace dpac
