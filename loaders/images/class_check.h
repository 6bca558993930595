/// @file
/// Whether the classes of a data set can be those of a network.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "loaders/images/dataset.h"

namespace dpac {

/// Compares the classes of `data` with the number of outputs of the network that is to tell them apart.
/// Returns what a user must be told, a sentence each: where the classes come from if that may surprise, and
/// that class 0 may be a background class if all classes but the last occur.
/// @throws Error naming both numbers and the cure if class folders numbered by their sorted names are not as
/// many as the outputs, or if a class is none of the outputs, whatever numbered it.
std::vector<std::string> check_classes(const ImageDataset& data, int64_t outputs);

}  // namespace dpac
