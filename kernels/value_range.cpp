#include "kernels/value_range.h"

#include "kernels/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/value_range.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr size_t kChains = 4;  // Independent minima and maxima, to overlap latencies.

ValueRange range_body(const float* values, size_t count) {
  const hn::CappedTag<float, 16> d;
  using V = hn::Vec<decltype(d)>;
  constexpr size_t kLanes = hn::MaxLanes(d), kStep = kChains * kLanes;
  ValueRange range;
  V low[kChains], high[kChains];
  for (size_t k = 0; k < kChains; ++k) {
    low[k] = hn::Set(d, range.min);
    high[k] = hn::Set(d, range.max);
  }
  size_t i = 0;
  for (; i + kStep <= count; i += kStep) {
    for (size_t k = 0; k < kChains; ++k) {
      const V v = hn::LoadU(d, values + i + k * kLanes);
      low[k] = hn::Min(low[k], v);
      high[k] = hn::Max(high[k], v);
    }
  }
  // Lane by lane: Highway's portable reductions begin with the largest finite value.
  HWY_ALIGN float lowest[kLanes], highest[kLanes];
  hn::Store(hn::Min(hn::Min(low[0], low[1]), hn::Min(low[2], low[3])), d, lowest);
  hn::Store(hn::Max(hn::Max(high[0], high[1]), hn::Max(high[2], high[3])), d, highest);
  for (size_t k = 0; k < kLanes; ++k) range.join({lowest[k], highest[k]});
  for (; i < count; ++i) range.join({values[i], values[i]});
  // Which zero is found depends on the order; its sign must not.
  return {range.min + 0.0f, range.max + 0.0f};
}

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dpac {

HWY_EXPORT(range_body);

ValueRange range_of(std::span<const float> values) {
  return DPAC_DISPATCH(range_body)(values.data(), values.size());
}

}  // namespace dpac
#endif
