#include "loaders/torch/pickle_heap.h"

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac {

void PickleHeap::spend(std::size_t values) {
  constexpr std::size_t kMostValues = std::size_t{1} << 24;  // Of 16 bytes: 256 MiB.
  spent_ += values;
  if (spent_ <= kMostValues) return;
  throw Error(fmt::format("{} makes more objects than any checkpoint has; it is damaged or hostile", where_));
}

}  // namespace dpac
