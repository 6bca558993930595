/// @file
/// Makes HDF5 files with the C library itself: the kinds that Hdf5Writer never writes, and files that lie.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <hdf5.h>

namespace dpac::test {

/// Runs `fill` on a new file.
void make_hdf5(const std::filesystem::path& path, const std::function<void(hid_t)>& fill);

/// A dataset, and the groups above it; without `data` it is declared only.
void put_dataset(hid_t file, const char* name, hid_t file_type, hid_t memory_type,
                 const std::vector<hsize_t>& dims, const void* data, hid_t properties = H5P_DEFAULT);

/// A string attribute of fixed length, null-padded, as h5py 2 wrote them.
void put_fixed_attribute(hid_t file, const char* object, const char* name, const char* text);

/// An attribute of a list of such strings, in place of one of that name.
void put_fixed_list(hid_t file, const char* object, const char* name, const std::vector<std::string>& values);

/// IEEE binary16 in the byte order of `like`, a 32-bit float.
hid_t half_type(hid_t like);

/// Properties of a chunked dataset.
hid_t chunked(const std::vector<hsize_t>& chunk, bool gzip);

}  // namespace dpac::test
