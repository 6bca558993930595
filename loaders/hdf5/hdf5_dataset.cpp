#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/checked_size.h"
#include "loaders/hdf5/hdf5_file.h"
#include "loaders/hdf5/hdf5_source.h"
#include "loaders/stored_bytes.h"

namespace dpac {
namespace {

void check_readable(const Shape& shape, int64_t bytes_per_element, int64_t stored_bytes,
                    const std::string& where) {
  const auto bytes = checked_bytes(shape, bytes_per_element);
  if (!bytes || *bytes > kMaxTensorBytes) {
    throw Error(fmt::format("{} of shape {} needs more than the 4 GiB allowed for one tensor", where,
                            to_string(shape)));
  }
  if (const int64_t most = most_unpacked_bytes(stored_bytes); *bytes > most) {
    throw Error(
        fmt::format("{} of shape {} needs {} bytes, more than the {} that are unpacked from the {} stored "
                    "for it; write it uncompressed",
                    where, to_string(shape), *bytes, most, stored_bytes));
  }
}

template <class T>
std::byte* bytes_of(std::span<T> values) {
  return std::as_writable_bytes(values).data();
}

}  // namespace

Hdf5Dataset::Hdf5Dataset(const std::string& file, std::string path, std::unique_ptr<Hdf5Array> array)
    : path_(std::move(path)),
      where_(fmt::format("{}: dataset '{}'", file, path_)),
      array_(std::move(array)) {}

Hdf5Dataset::Hdf5Dataset(Hdf5Dataset&& other) noexcept = default;
Hdf5Dataset& Hdf5Dataset::operator=(Hdf5Dataset&& other) noexcept = default;
Hdf5Dataset::~Hdf5Dataset() = default;

const Shape& Hdf5Dataset::shape() const {
  return array_->info().shape;
}

ElementKind Hdf5Dataset::kind() const {
  return array_->info().kind;
}

std::size_t Hdf5Dataset::element_bytes() const {
  return array_->info().element_bytes;
}

Tensor Hdf5Dataset::read_floats() const {
  if (kind() == ElementKind::other) throw Error(where_ + " holds no numbers, as was expected");
  check_readable(shape(), std::max<int64_t>(sizeof(float), static_cast<int64_t>(element_bytes())),
                 array_->info().stored_bytes, where_);
  Tensor tensor(shape());
  if (tensor.values().empty()) return tensor;
  array_->read(Numbers::floats, 0, array_->info().rows(), bytes_of(tensor.values()));
  return tensor;
}

std::vector<int64_t> Hdf5Dataset::read_integers() const {
  if (kind() != ElementKind::integer) throw Error(where_ + " holds no integers, as was expected");
  check_readable(shape(), sizeof(int64_t), array_->info().stored_bytes, where_);
  std::vector<int64_t> values(static_cast<std::size_t>(element_count(shape())));
  if (values.empty()) return values;
  array_->read(Numbers::integers, 0, array_->info().rows(), bytes_of(std::span(values)));
  return values;
}

std::vector<uint8_t> Hdf5Dataset::read_bytes(int64_t begin, int64_t end) const {
  if (kind() != ElementKind::integer || element_bytes() != 1 || array_->info().is_signed) {
    throw Error(where_ + " holds no uint8 elements, as was expected");
  }
  if (shape().empty() || begin < 0 || end < begin || end > shape()[0]) {
    throw Error(
        fmt::format("{} of shape {} has no entries {} to {}", where_, to_string(shape()), begin, end));
  }
  Shape slice = shape();
  slice[0] = end - begin;
  check_readable(slice, 1, array_->info().stored_bytes, where_);
  std::vector<uint8_t> bytes(static_cast<std::size_t>(element_count(slice)));
  if (!bytes.empty()) array_->read(Numbers::bytes, begin, end, bytes_of(std::span(bytes)));
  return bytes;
}

}  // namespace dpac
