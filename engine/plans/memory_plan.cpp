#include "engine/plans/memory_plan.h"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace dpac {
namespace {

bool live_together(const Lifetime& a, const Lifetime& b) {
  return a.first <= b.last && b.first <= a.last;
}

struct Extent {
  std::size_t begin, end;
};

/// The lowest offset for `size` floats between the taken extents.
std::size_t lowest_gap(std::vector<Extent> taken, std::size_t size) {
  std::sort(taken.begin(), taken.end(), [](const Extent& a, const Extent& b) { return a.begin < b.begin; });
  std::size_t offset = 0;
  for (const Extent& extent : taken) {
    if (offset + size <= extent.begin) break;
    offset = std::max(offset, extent.end);
  }
  return offset;
}

}  // namespace

std::size_t LifetimeTable::add(int64_t floats, int now) {
  assert(floats >= 0);
  lifetimes_.push_back({static_cast<std::size_t>(floats), now, now});
  return lifetimes_.size() - 1;
}

void LifetimeTable::use(std::size_t value, int now) {
  assert(value < lifetimes_.size() && now >= lifetimes_[value].first);
  Lifetime& lifetime = lifetimes_[value];
  lifetime.last = lifetime.first <= kept_ ? last_ : std::max(lifetime.last, now);
}

MemoryPlan plan_memory(std::span<const Lifetime> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return values[a].size > values[b].size; });

  MemoryPlan plan{std::vector<std::size_t>(values.size()), 0};
  for (std::size_t n = 0; n < order.size(); ++n) {
    const Lifetime& value = values[order[n]];
    assert(value.first <= value.last);
    std::vector<Extent> taken;
    for (std::size_t m = 0; m < n; ++m) {
      const std::size_t other = order[m];
      if (live_together(value, values[other])) {
        taken.push_back({plan.offsets[other], plan.offsets[other] + whole_lines(values[other].size)});
      }
    }
    plan.offsets[order[n]] = lowest_gap(std::move(taken), whole_lines(value.size));
    plan.size = std::max(plan.size, plan.offsets[order[n]] + whole_lines(value.size));
  }
  return plan;
}

}  // namespace dpac
