/// @file
/// Preprocessing that weights come with, in the place of a guess.
#pragma once

#include <string>

#include "engine/networks/weights.h"
#include "loaders/pixels/preprocess.h"

namespace dpac {

/// `guess` with what the traits say. Resize, crop and interpolation are for image files: without `files`,
/// they stay as they are.
Preprocessing with_known(Preprocessing guess, const PreprocessingTraits& known, bool files);

/// The quantities that with_known() takes from the traits: "value scale, mean, std"; empty where there are
/// none.
std::string known_quantities(const PreprocessingTraits& known, bool files);

/// Whether these are all that decide what the network is given.
bool is_complete(const PreprocessingTraits& known, bool files);

}  // namespace dpac
