/// @file
/// Puts values with lifetimes into one arena, so that values that never live at once share memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/tensor.h"

namespace dpac {

/// A number of floats rounded up to whole cache lines.
constexpr std::size_t whole_lines(std::size_t floats) {
  constexpr std::size_t kLine = AlignedFloats::kAlignment / sizeof(float);
  return (floats + kLine - 1) / kLine * kLine;
}

/// A value of `size` floats that must keep its memory during the steps first, ..., last.
struct Lifetime {
  std::size_t size = 0;
  int first = 0, last = 0;
};

struct MemoryPlan {
  std::vector<std::size_t> offsets;  ///< One per value, in floats, multiples of 16 (a cache line).
  std::size_t size = 0;              ///< Of the arena, in floats.
};

/// Collects lifetimes while a plan walks over its steps in order.
class LifetimeTable {
 public:
  /// What is made in steps 0, ..., `kept` lives until step `last`, once it is used at all: the steps after
  /// `kept` run several times. -1 for none.
  LifetimeTable(int kept, int last) : kept_(kept), last_(last) {}

  /// A value made in step `now`; returns its number.
  std::size_t add(int64_t floats, int now);
  void use(std::size_t value, int now);

  [[nodiscard]] const std::vector<Lifetime>& lifetimes() const { return lifetimes_; }

 private:
  int kept_, last_;
  std::vector<Lifetime> lifetimes_;
};

/// Largest values first, each at the lowest offset where it meets no value alive at the same time.
MemoryPlan plan_memory(std::span<const Lifetime> values);

}  // namespace dpac
