/// @file
/// Images as one HDF5 array.
#pragma once

#include <memory>

#include "loaders/hdf5/hdf5_file.h"
#include "loaders/images/dataset.h"

namespace dpac {

/// Datasets `images` (uint8 [N, H, W, 3], [N, H, W, 1] or [N, H, W]) and `labels` (integers [N] or [N, 1]).
/// Pixels are read in blocks of about 4 MiB as they are asked for, best in order; labels stay in memory.
/// @throws Error if one is absent or of another type or shape, the counts differ, or a label is no class
/// number.
std::unique_ptr<ImageDataset> open_array_dataset(const Hdf5File& file);

}  // namespace dpac
