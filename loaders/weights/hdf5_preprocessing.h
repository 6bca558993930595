/// @file
/// Preprocessing that an HDF5 file of weights describes itself.
#pragma once

#include "engine/networks/weights.h"
#include "loaders/hdf5/hdf5_file.h"

namespace dpac {

/// The root's attributes `value_scale` (a number), `mean` and `std` (one number, or one for each of 3
/// channels) and `channel_order` ("rgb" or "bgr"): this project's own convention. What is absent stays unset.
/// @throws Error naming the attribute if it is there and anything else, or if a scale or deviation is not
/// above 0.
PreprocessingTraits read_preprocessing(const Hdf5File& file);

}  // namespace dpac
