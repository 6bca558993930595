/// @file
/// Whether the classes of a data set can be those of a network.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "loaders/images/dataset.h"

namespace dpac {

/// For whatever needs the labels of `data` under a network with so many outputs.
/// @throws Error naming both numbers and the cure if class folders numbered by their sorted names are not as
/// many as the outputs, or if a class is none of the outputs, whatever numbered it.
void check_classes(const ImageDataset& data, int64_t outputs);

/// Sentences on classes that are possible and yet look wrong: that output 0 may be a background class if all
/// classes but the last occur, or that stored labels use less than half of the outputs.
std::vector<std::string> class_notices(const ImageDataset& data, int64_t outputs);

}  // namespace dpac
