/// @file
/// Attributes in all the forms the h5py versions write: strings and numbers. For .cpp files only: it brings
/// in hdf5.h.
#pragma once

#include <string>
#include <vector>

#include <hdf5.h>

namespace dpac {

/// All strings of an attribute, row-major; a scalar is a list of one, an attribute without elements an empty
/// list. `where` begins messages. @throws Error if it holds elements that are no strings.
std::vector<std::string> read_strings(hid_t attribute, const std::string& where);

/// All numbers of an attribute, 64 at most, row-major. @throws Error if it holds something else.
std::vector<double> read_numbers(hid_t attribute, const std::string& where);

}  // namespace dpac
