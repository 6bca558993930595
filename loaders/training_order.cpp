#include "loaders/training_order.h"

#include <algorithm>

#include "engine/noise/calibrate.h"
#include "kernels/split_mix.h"

namespace dpac {

std::vector<int64_t> training_order(int64_t size, uint64_t seed, int64_t first, int64_t count) {
  std::vector<int64_t> order;
  order.reserve(static_cast<std::size_t>(count));
  for (int64_t draw = first; draw < first + count;) {
    const int64_t epoch = draw / size;
    const int64_t begin = draw % size;
    const int64_t end = std::min(size, begin + first + count - draw);
    const auto permutation = random_permutation(size, end, seed_of(seed, static_cast<uint64_t>(epoch)));
    order.insert(order.end(), permutation.begin() + begin, permutation.end());
    draw += end - begin;
  }
  return order;
}

}  // namespace dpac
