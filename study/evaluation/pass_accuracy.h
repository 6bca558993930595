/// @file
/// The accuracy that the passes of an evaluation come to.
#pragma once

#include <cstddef>
#include <cstdint>

#include "study/evaluation/accuracy.h"
#include "study/evaluation/passes.h"

namespace dpac {

/// The accuracy of one of the evaluation's points, for a network with that many classes.
Accuracy accuracy_of(const PassTallies& evaluation, std::size_t point, int64_t classes);

/// The accuracy of the evaluation's noise-free network. There is one.
Accuracy noise_free_accuracy(const PassTallies& evaluation, int64_t classes);

}  // namespace dpac
