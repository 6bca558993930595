#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <hdf5.h>

#include "kernels/error.h"
#include "loaders/half.h"
#include "loaders/hdf5/hdf5_attribute.h"
#include "loaders/hdf5/hdf5_chunks.h"
#include "loaders/hdf5/hdf5_local.h"
#include "loaders/hdf5/hdf5_storage.h"

namespace dpac {
namespace {

static_assert(std::is_same_v<hid_t, int64_t>, "hdf5_file.h keeps HDF5's identifiers as int64_t");

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

bool is_filtered(hid_t dataset) {
  const PropertiesHandle properties(H5Dget_create_plist(dataset));
  return H5Pget_layout(properties.get()) == H5D_CHUNKED && H5Pget_nfilters(properties.get()) > 0;
}

ArrayInfo info_of(hid_t dataset, const std::string& where) {
  const PropertiesHandle properties(H5Dget_create_plist(dataset));
  const TypeHandle type(H5Dget_type(dataset));
  ArrayInfo info;
  info.element_bytes = H5Tget_size(type.get());
  // The shape of a virtual dataset may be asked of other files: it has to be refused first.
  if (H5Pget_layout(properties.get()) != H5D_VIRTUAL) info.shape = shape_of(dataset, where);
  check_storage(dataset, info.shape, info.element_bytes, where);
  info.stored_bytes = static_cast<int64_t>(H5Dget_storage_size(dataset));
  info.kind = kind_of(dataset, type.get(), where);
  info.is_signed = info.kind == ElementKind::integer && H5Tget_sign(type.get()) != H5T_SGN_NONE;
  info.filtered = is_filtered(dataset);
  return info;
}

}  // namespace

LocalHdf5Array::LocalHdf5Array(DatasetHandle dataset, std::string where)
    : Hdf5Array(info_of(dataset.get(), where)), dataset_(std::move(dataset)), where_(std::move(where)) {}

LocalHdf5Array::~LocalHdf5Array() {
  const Hdf5Session session;
  dataset_ = {};
}

void LocalHdf5Array::read(Numbers numbers, int64_t begin, int64_t end, std::byte* to) const {
  const Hdf5Session session;
  const TypeHandle type(H5Dget_type(dataset_.get()));
  switch (numbers) {
    case Numbers::floats:
      if (info().kind == ElementKind::bfloat16 || is_half(type.get()))
        return read_16_bit_floats(begin, end, to);
      return read_as(H5T_NATIVE_FLOAT, begin, end, to);
    case Numbers::integers:
      read_as(H5T_NATIVE_INT64, begin, end, to);
      return check_integers((end - begin) * info().row_elements(), to);
    case Numbers::bytes:
      return read_as(H5T_NATIVE_UINT8, begin, end, to);
  }
}

void LocalHdf5Array::read_as(hid_t memory_type, int64_t begin, int64_t end, std::byte* to) const {
  const Shape& shape = info().shape;
  if (info().filtered) return ChunkReader(dataset_.get(), shape, memory_type, where_).read(begin, end, to);
  SpaceHandle chosen(H5Dget_space(dataset_.get())), memory(H5Scopy(chosen.get()));
  if (!shape.empty()) {
    std::vector<hsize_t> count(shape.begin(), shape.end()), start(shape.size(), 0);
    count[0] = static_cast<hsize_t>(end - begin);
    start[0] = static_cast<hsize_t>(begin);
    memory = SpaceHandle(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr));
    H5Sselect_hyperslab(chosen.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
  }
  if (H5Dread(dataset_.get(), memory_type, memory.get(), chosen.get(), H5P_DEFAULT, to) < 0) {
    throw Error(fmt::format("{} cannot be read: {}", where_, hdf5_reason()));
  }
}

/// The elements' bits are read as stored, but in this machine's byte order.
void LocalHdf5Array::read_16_bit_floats(int64_t begin, int64_t end, std::byte* to) const {
  const TypeHandle stored(H5Dget_type(dataset_.get()));
  const TypeHandle native(H5Tcopy(stored.get()));
  if (H5Tget_class(native.get()) != H5T_OPAQUE) H5Tset_order(native.get(), H5Tget_order(H5T_NATIVE_UINT16));
  std::vector<uint16_t> bits(static_cast<std::size_t>((end - begin) * info().row_elements()));
  read_as(native.get(), begin, end, reinterpret_cast<std::byte*>(bits.data()));
  const auto convert = info().kind == ElementKind::bfloat16 ? float_from_bfloat16 : float_from_half;
  std::transform(bits.begin(), bits.end(), reinterpret_cast<float*>(to), convert);
}

/// HDF5 cuts larger uint64 values down to the largest int64.
void LocalHdf5Array::check_integers(int64_t count, const std::byte* values) const {
  if (info().element_bytes < sizeof(int64_t) || info().is_signed) return;
  const std::span read(reinterpret_cast<const int64_t*>(values), static_cast<std::size_t>(count));
  if (std::ranges::find(read, std::numeric_limits<int64_t>::max()) == read.end()) return;
  throw Error(where_ + " holds integers beyond the range of int64");
}

}  // namespace dpac
