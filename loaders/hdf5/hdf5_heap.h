/// @file
/// Strings of variable length, read past the HDF5 library. For .cpp files only: it brings in hdf5.h.
#pragma once

#include <string>
#include <vector>

#include <hdf5.h>

namespace dpac {

/// The strings of an attribute of `count` of variable length. HDF5 1.10 itself believes a damaged file: it
/// takes the place of a string in its heap, and the bytes to copy from there, unchecked.
/// @throws Error, beginning with `where`, if a string is not where the attribute says.
std::vector<std::string> read_variable_strings(hid_t attribute, std::size_t count, const std::string& where);

}  // namespace dpac
