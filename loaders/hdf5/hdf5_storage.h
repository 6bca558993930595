/// @file
/// Decides whether a dataset of an unvetted HDF5 file may be read. For .cpp files only: it brings in hdf5.h.
#pragma once

#include <cstddef>
#include <string>

#include <hdf5.h>

#include "engine/tensor.h"

namespace dpac {

/// Checks that the data is inside the file, that its filters are at hand, and that as many bytes are stored
/// as the shape needs: all of them if uncompressed, else no fewer than the best compressor could have left.
/// `where` begins messages: "file.h5: dataset 'x'".
/// @throws Error
void check_storage(hid_t dataset, const Shape& shape, std::size_t element_bytes, const std::string& where);

}  // namespace dpac
