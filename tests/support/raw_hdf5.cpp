#include "tests/support/raw_hdf5.h"

#include <algorithm>
#include <cstring>

#include <doctest/doctest.h>

namespace dpac::test {

void make_hdf5(const std::filesystem::path& path, const std::function<void(hid_t)>& fill) {
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  REQUIRE(file >= 0);
  fill(file);
  H5Fclose(file);
}

void put_dataset(hid_t file, const char* name, hid_t file_type, hid_t memory_type,
                 const std::vector<hsize_t>& dims, const void* data, hid_t properties) {
  const hid_t space = H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr);
  const hid_t links = H5Pcreate(H5P_LINK_CREATE);
  H5Pset_create_intermediate_group(links, 1);
  const hid_t dataset = H5Dcreate(file, name, file_type, space, links, properties, H5P_DEFAULT);
  REQUIRE(dataset >= 0);
  if (data != nullptr) REQUIRE(H5Dwrite(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0);
  H5Dclose(dataset);
  H5Pclose(links);
  H5Sclose(space);
}

void put_fixed_attribute(hid_t file, const char* object, const char* name, const char* text) {
  const hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
  H5Tset_size(type, std::strlen(text));
  H5Tset_strpad(type, H5T_STR_NULLPAD);
  const hid_t attribute =
      H5Acreate_by_name(file, object, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  REQUIRE(H5Awrite(attribute, type, text) >= 0);
  H5Aclose(attribute);
  H5Sclose(space);
  H5Tclose(type);
}

void put_fixed_list(hid_t file, const char* object, const char* name,
                    const std::vector<std::string>& values) {
  std::size_t length = 1;
  for (const std::string& value : values) length = std::max(length, value.size());
  std::string all;
  for (const std::string& value : values) all += value + std::string(length - value.size(), '\0');
  const hsize_t count = values.size();
  const hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate_simple(1, &count, nullptr);
  H5Tset_size(type, length);
  H5Tset_strpad(type, H5T_STR_NULLPAD);
  if (H5Aexists_by_name(file, object, name, H5P_DEFAULT) > 0)
    H5Adelete_by_name(file, object, name, H5P_DEFAULT);
  const hid_t attribute = H5Acreate_by_name(file, object, name, type, space, 0, 0, 0);
  REQUIRE(H5Awrite(attribute, type, all.data()) >= 0);
  H5Aclose(attribute);
  H5Sclose(space);
  H5Tclose(type);
}

hid_t half_type(hid_t like) {
  const hid_t type = H5Tcopy(like);
  H5Tset_fields(type, 15, 10, 5, 0, 10);
  H5Tset_size(type, 2);
  H5Tset_ebias(type, 15);
  return type;
}

hid_t chunked(const std::vector<hsize_t>& chunk, bool gzip) {
  const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_chunk(properties, static_cast<int>(chunk.size()), chunk.data());
  if (gzip) H5Pset_deflate(properties, 9);
  return properties;
}

}  // namespace dpac::test
