/// @file
/// Puts values with lifetimes into one arena, so that values that never live at once share memory.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace dpac {

/// A value of `size` floats that must keep its memory during the steps first, ..., last.
struct Lifetime {
  std::size_t size = 0;
  int first = 0, last = 0;
};

struct MemoryPlan {
  std::vector<std::size_t> offsets;  ///< One per value, in floats, multiples of 16 (a cache line).
  std::size_t size = 0;              ///< Of the arena, in floats.
};

/// Largest values first, each at the lowest offset where it meets no value alive at the same time.
MemoryPlan plan_memory(std::span<const Lifetime> values);

}  // namespace dpac
