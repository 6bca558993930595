#include "loaders/hdf5/hdf5_attribute.h"

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/hdf5/hdf5_handle.h"
#include "loaders/hdf5/hdf5_heap.h"

namespace dpac {
namespace {

/// model_config of the largest Keras Applications is under 1 MB.
constexpr std::size_t kMaxAttributeBytes = std::size_t{64} << 20;
constexpr std::size_t kMostStrings = std::size_t{1} << 20;

void trim(std::string& text, H5T_str_t padding) {
  text.resize(std::min(text.find('\0'), text.size()));
  if (padding == H5T_STR_SPACEPAD) text.resize(text.find_last_not_of(' ') + 1);
}

std::vector<std::string> read_fixed(hid_t attribute, hid_t type, std::size_t count) {
  const std::size_t size = H5Tget_size(type);
  if (size > kMaxAttributeBytes / count) return {};
  std::string all(size * count, '\0');
  if (H5Aread(attribute, type, all.data()) < 0) return {};
  std::vector<std::string> strings;
  for (std::size_t i = 0; i < count; ++i) {
    trim(strings.emplace_back(all, i * size, size), H5Tget_strpad(type));
  }
  return strings;
}

}  // namespace

std::vector<std::string> read_strings(hid_t attribute, const std::string& where) {
  const TypeHandle type(H5Aget_type(attribute));
  const SpaceHandle space(H5Aget_space(attribute));
  const hssize_t count = H5Sget_simple_extent_npoints(space.get());
  if (count == 0) return {};
  if (count < 0 || H5Tget_class(type.get()) != H5T_STRING) {
    throw Error(where + " is no string, as was expected");
  }
  const auto n = static_cast<std::size_t>(count);
  const bool variable = H5Tis_variable_str(type.get()) > 0;
  if (variable && n <= kMostStrings) return read_variable_strings(attribute, n, where);
  std::vector<std::string> strings;
  if (!variable) strings = read_fixed(attribute, type.get(), n);
  if (strings.size() != n) {
    throw Error(fmt::format("{} cannot be read ({} strings are claimed)", where, n));
  }
  return strings;
}

std::vector<double> read_numbers(hid_t attribute, const std::string& where) {
  constexpr hssize_t kMost = 64;
  const TypeHandle type(H5Aget_type(attribute));
  const SpaceHandle space(H5Aget_space(attribute));
  const hssize_t count = H5Sget_simple_extent_npoints(space.get());
  const H5T_class_t kind = H5Tget_class(type.get());
  if (count < 0 || count > kMost || (kind != H5T_FLOAT && kind != H5T_INTEGER)) {
    throw Error(fmt::format("{} is no list of at most {} numbers, as was expected", where, kMost));
  }
  std::vector<double> numbers(static_cast<std::size_t>(count));
  if (!numbers.empty() && H5Aread(attribute, H5T_NATIVE_DOUBLE, numbers.data()) < 0) {
    throw Error(where + " cannot be read");
  }
  return numbers;
}

}  // namespace dpac
