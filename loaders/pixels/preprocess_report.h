/// @file
/// What is said about a preprocessing: its numbers, and what in them looks wrong.
#pragma once

#include <string>
#include <vector>

#include "loaders/pixels/preprocess.h"

namespace dpac {

/// All numbers in force, in one line that differs for different ones: "resize 256 bilinear, crop 224, value
/// scale 1/255, mean 0.485 0.456 0.406, std 0.229 0.224 0.225, rgb". What is off is "no resize", "no crop".
std::string to_sentence(const Preprocessing& how);

/// A sentence for each number that does not go with the others: a mean and std for values 0 ... 1 with pixels
/// 0 ... 255 or the other way round; and for images of `size`, those of the data, that are enlarged to more
/// than twice their sides. Empty where nothing does. `channels` is the network's, 1 or 3.
std::vector<std::string> preprocessing_warnings(const Preprocessing& how, ImageSize size, int channels);

}  // namespace dpac
