/// @file
/// A data set whose labels are shifted, for networks that count classes from another number.
#pragma once

#include <memory>

#include "loaders/images/dataset.h"

namespace dpac {

/// The same samples, `offset` added to each label. @throws Error naming the first sample whose label becomes
/// negative or more than kMaxLabel.
std::unique_ptr<ImageDataset> shift_labels(std::unique_ptr<ImageDataset> dataset, int offset);

}  // namespace dpac
