/// @file
/// How whoever waits for a long computation can end it.
#pragma once

#include <functional>

namespace dpac {

/// Called many times a second while something long is computed, also by several threads at once. What it
/// throws ends the computation and leaves it; what was computed then means nothing, but it can be begun
/// again. An empty one is not called.
using Poll = std::function<void()>;

}  // namespace dpac
