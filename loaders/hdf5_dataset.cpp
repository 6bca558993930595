#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <hdf5.h>

#include "kernels/error.h"
#include "loaders/checked_size.h"
#include "loaders/half.h"
#include "loaders/hdf5_attribute.h"
#include "loaders/hdf5_file.h"
#include "loaders/hdf5_handle.h"
#include "loaders/hdf5_storage.h"

namespace dpac {
namespace {

static_assert(std::is_same_v<hid_t, int64_t>, "hdf5_file.h keeps HDF5's identifiers as int64_t");

std::string describe(const std::string& file, const std::string& path) {
  return fmt::format("{}: dataset '{}'", file, path);
}

Shape shape_of(hid_t dataset, const std::string& where) {
  const SpaceHandle space(H5Dget_space(dataset));
  if (H5Sget_simple_extent_type(space.get()) == H5S_NULL) throw Error(where + " is empty (it has no shape)");
  hsize_t dims[H5S_MAX_RANK] = {};
  const int rank = H5Sget_simple_extent_dims(space.get(), dims, nullptr);
  if (rank < 0) throw Error(fmt::format("{} has no readable shape ({})", where, hdf5_reason()));
  return Shape(dims, dims + rank);
}

bool marked_as_bfloat16(hid_t dataset, const std::string& where) {
  if (H5Aexists(dataset, "dtype") <= 0) return false;
  const AttributeHandle attribute(H5Aopen(dataset, "dtype", H5P_DEFAULT));
  const auto text = read_strings(attribute.get(), where + ": attribute 'dtype'");
  return text.size() == 1 && text[0] == "bfloat16";
}

ElementKind kind_of(hid_t dataset, hid_t type, const std::string& where) {
  const H5T_class_t type_class = H5Tget_class(type);
  const std::size_t size = H5Tget_size(type);
  const bool may_be_bits = type_class == H5T_INTEGER || type_class == H5T_OPAQUE;
  if (may_be_bits && size == 2 && marked_as_bfloat16(dataset, where)) return ElementKind::bfloat16;
  if (size > 8) return ElementKind::other;
  if (type_class == H5T_FLOAT) return ElementKind::floating;
  return type_class == H5T_INTEGER ? ElementKind::integer : ElementKind::other;
}

/// HDF5 would convert halves too, but bit by bit: 50 times slower.
bool is_half(hid_t type) {
  std::size_t sign = 0, exponent = 0, exponent_bits = 0, fraction = 0, fraction_bits = 0;
  if (H5Tget_class(type) != H5T_FLOAT || H5Tget_size(type) != 2) return false;
  H5Tget_fields(type, &sign, &exponent, &exponent_bits, &fraction, &fraction_bits);
  return exponent == 10 && exponent_bits == 5 && fraction_bits == 10 && H5Tget_ebias(type) == 15;
}

void check_readable(const Shape& shape, int64_t bytes_per_element, const std::string& where) {
  const auto bytes = checked_bytes(shape, bytes_per_element);
  if (!bytes || *bytes > kMaxTensorBytes) {
    throw Error(fmt::format("{} of shape {} needs more than the 4 GiB allowed for one tensor", where,
                            to_string(shape)));
  }
}

}  // namespace

Hdf5Dataset::Hdf5Dataset(std::string file, std::string path, int64_t id)
    : file_(std::move(file)), path_(std::move(path)), id_(id) {
  const std::string where = describe(file_, path_);
  const PropertiesHandle properties(H5Dget_create_plist(id_));
  const TypeHandle type(H5Dget_type(id_));
  element_bytes_ = H5Tget_size(type.get());
  // The shape of a virtual dataset may be asked of other files: it has to be refused first.
  if (H5Pget_layout(properties.get()) != H5D_VIRTUAL) shape_ = shape_of(id_, where);
  check_storage(id_, shape_, element_bytes_, where);
  kind_ = kind_of(id_, type.get(), where);
}

Hdf5Dataset::Hdf5Dataset(Hdf5Dataset&& other) noexcept
    : file_(std::move(other.file_)),
      path_(std::move(other.path_)),
      id_(std::exchange(other.id_, -1)),
      shape_(std::move(other.shape_)),
      kind_(other.kind_),
      element_bytes_(other.element_bytes_) {}

Hdf5Dataset& Hdf5Dataset::operator=(Hdf5Dataset&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(path_, other.path_);
  std::swap(id_, other.id_);
  std::swap(shape_, other.shape_);
  std::swap(kind_, other.kind_);
  std::swap(element_bytes_, other.element_bytes_);
  return *this;
}

Hdf5Dataset::~Hdf5Dataset() {
  if (id_ < 0) return;
  const Hdf5Session session;
  H5Dclose(id_);
}

void Hdf5Dataset::read(int64_t memory_type, void* to) const {
  if (H5Dread(id_, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, to) < 0) {
    throw Error(fmt::format("{} cannot be read: {}", describe(file_, path_), hdf5_reason()));
  }
}

/// The elements' bits as stored, in this machine's byte order.
std::vector<uint16_t> Hdf5Dataset::read_raw_16_bit(std::size_t count) const {
  const TypeHandle stored(H5Dget_type(id_));
  const TypeHandle native(H5Tcopy(stored.get()));
  if (H5Tget_class(native.get()) != H5T_OPAQUE) H5Tset_order(native.get(), H5Tget_order(H5T_NATIVE_UINT16));
  std::vector<uint16_t> bits(count);
  read(native.get(), bits.data());
  return bits;
}

Tensor Hdf5Dataset::read_floats() const {
  const Hdf5Session session;
  const std::string where = describe(file_, path_);
  if (kind_ == ElementKind::other) throw Error(where + " holds no numbers, as was expected");
  check_readable(shape_, std::max<int64_t>(sizeof(float), static_cast<int64_t>(element_bytes_)), where);
  Tensor tensor(shape_);
  const TypeHandle type(H5Dget_type(id_));
  if (tensor.values().empty()) return tensor;
  if (kind_ != ElementKind::bfloat16 && !is_half(type.get())) {
    read(H5T_NATIVE_FLOAT, tensor.values().data());
    return tensor;
  }
  const auto convert = kind_ == ElementKind::bfloat16 ? float_from_bfloat16 : float_from_half;
  const std::vector<uint16_t> bits = read_raw_16_bit(tensor.values().size());
  std::transform(bits.begin(), bits.end(), tensor.values().begin(), convert);
  return tensor;
}

std::vector<int64_t> Hdf5Dataset::read_integers() const {
  const Hdf5Session session;
  const std::string where = describe(file_, path_);
  if (kind_ != ElementKind::integer) throw Error(where + " holds no integers, as was expected");
  check_readable(shape_, sizeof(int64_t), where);
  std::vector<int64_t> values(static_cast<std::size_t>(element_count(shape_)));
  if (values.empty()) return values;
  read(H5T_NATIVE_INT64, values.data());
  // HDF5 cuts larger uint64 values down to the largest int64.
  const TypeHandle type(H5Dget_type(id_));
  const bool may_be_cut = element_bytes_ == 8 && H5Tget_sign(type.get()) == H5T_SGN_NONE;
  if (may_be_cut && std::ranges::find(values, std::numeric_limits<int64_t>::max()) != values.end()) {
    throw Error(where + " holds integers beyond the range of int64");
  }
  return values;
}

std::vector<uint8_t> Hdf5Dataset::read_bytes(int64_t begin, int64_t end) const {
  const Hdf5Session session;
  const std::string where = describe(file_, path_);
  const TypeHandle type(H5Dget_type(id_));
  if (kind_ != ElementKind::integer || element_bytes_ != 1 || H5Tget_sign(type.get()) != H5T_SGN_NONE) {
    throw Error(where + " holds no uint8 elements, as was expected");
  }
  if (shape_.empty() || begin < 0 || end < begin || end > shape_[0]) {
    throw Error(fmt::format("{} of shape {} has no entries {} to {}", where, to_string(shape_), begin, end));
  }
  Shape slice = shape_;
  slice[0] = end - begin;
  check_readable(slice, 1, where);
  std::vector<uint8_t> bytes(static_cast<std::size_t>(element_count(slice)));
  if (bytes.empty()) return bytes;
  const std::vector<hsize_t> count(slice.begin(), slice.end());
  std::vector<hsize_t> start(slice.size(), 0);
  start[0] = static_cast<hsize_t>(begin);
  const SpaceHandle memory(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr));
  const SpaceHandle chosen(H5Dget_space(id_));
  H5Sselect_hyperslab(chosen.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
  if (H5Dread(id_, H5T_NATIVE_UINT8, memory.get(), chosen.get(), H5P_DEFAULT, bytes.data()) < 0) {
    throw Error(fmt::format("{} cannot be read: {}", where, hdf5_reason()));
  }
  return bytes;
}

}  // namespace dpac
