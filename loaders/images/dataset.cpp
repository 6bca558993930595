#include "loaders/images/dataset.h"

#include <algorithm>

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac {

std::vector<int64_t> evenly_spaced(int64_t size, int64_t limit) {
  if (limit < 1) throw Error(fmt::format("the limit of samples must be at least 1, found {}", limit));
  const int64_t count = std::min(size, limit);
  std::vector<int64_t> indices;
  indices.reserve(static_cast<std::size_t>(count));
  for (int64_t i = 0; i < count; ++i) indices.push_back(i * size / count);
  return indices;
}

}  // namespace dpac
