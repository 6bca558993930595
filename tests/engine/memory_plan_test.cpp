#include "engine/plans/memory_plan.h"

#include <vector>

#include <doctest/doctest.h>

using namespace dpac;

TEST_CASE("values alive at the same time never overlap, and others share") {
  std::vector<Lifetime> values;
  for (int i = 0; i < 40; ++i) {
    values.push_back({static_cast<std::size_t>(100 + (i * 37) % 300), i, i + 1 + i % 3});
  }
  const MemoryPlan plan = plan_memory(values);
  std::size_t sum = 0;
  for (std::size_t a = 0; a < values.size(); ++a) {
    sum += values[a].size;
    CHECK(plan.offsets[a] % 16 == 0);
    CHECK(plan.offsets[a] + values[a].size <= plan.size);
    for (std::size_t b = 0; b < a; ++b) {
      if (values[a].first > values[b].last || values[b].first > values[a].last) continue;
      const bool apart = plan.offsets[a] + values[a].size <= plan.offsets[b] ||
                         plan.offsets[b] + values[b].size <= plan.offsets[a];
      CHECK(apart);
    }
  }
  CHECK(plan.size < sum / 4);
}

TEST_CASE("nothing needs no memory") {
  CHECK(plan_memory({}).size == 0);
}
