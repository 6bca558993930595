/// @file
/// What an observer is shown of sequences that lie side by side: a sample's own maps.
#pragma once

#include "engine/observer.h"

namespace dpac {

/// Shows the pixels [first, first + count) as if they were a map of their own.
void show_alone(const AnalogView& view, int64_t first, int64_t count, Observer& observer);
void show_alone(const ValueView& view, int64_t first, int64_t count, Observer& observer);

}  // namespace dpac
