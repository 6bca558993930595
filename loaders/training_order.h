/// @file
/// The order in which training draws its samples.
#pragma once

#include <cstdint>
#include <vector>

namespace dpac {

/// Sample indices of the draws first ... first + count - 1 of an endless sequence: epoch e, the draws
/// e * size ... (e + 1) * size - 1, is a permutation of 0 ... size - 1 that depends on (seed, e) alone. So a
/// run that resumes at draw `first` goes on with the same samples. `size` is at least 1, the others not
/// negative. Time and memory of about `size` per epoch touched: ask for many draws at once.
std::vector<int64_t> training_order(int64_t size, uint64_t seed, int64_t first, int64_t count);

}  // namespace dpac
