/// @file
/// What a noise-free pass says about the labels and the network.
#pragma once

#include <span>
#include <string>

#include "study/evaluation/tally.h"
#include "study/support/remarks.h"

namespace dpac {

/// Adds notices that accuracy is not above chance, or that another order of few classes would be far better,
/// if `tally`'s first pass, which had labels and no noise, says so. `class_names` are those of a network with
/// `classes` outputs, or none.
void add_sanity_remarks(const PointTally& tally, int64_t classes, std::span<const std::string> class_names,
                        Remarks& remarks);

}  // namespace dpac
