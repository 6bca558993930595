#include "kernels/group_softmax.h"

#include <algorithm>
#include <cassert>

#include "kernels/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/group_softmax.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/elementary-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {

// No longer than the shortest block, so that one body serves all layouts.
using Lanes = hn::CappedTag<float, 8>;
constexpr auto kLanes = static_cast<int64_t>(hn::MaxLanes(Lanes()));

/// Neighbouring channels, and those at the same places of all groups.
class GroupLanes {
  using V = hn::Vec<Lanes>;

 public:
  HWY_INLINE GroupLanes(const GroupSoftmax& how, int64_t channel)
      : map_(how.map), own_(how.map.channels / how.groups), groups_(how.groups), channel_(channel) {
    for (int64_t i = 0; i < kLanes; ++i) places_[i] = (channel + i) % own_;
  }

  HWY_INLINE V of_group(int64_t group, int64_t pixel, const float* map) const {
    const int64_t first = group * own_;
    if (own_ % kLanes == 0) return hn::LoadU(Lanes(), map + at(first + places_[0], pixel));
    HWY_ALIGN float values[kLanes];
    for (int64_t i = 0; i < kLanes; ++i) values[i] = map[at(first + places_[i], pixel)];
    return hn::Load(Lanes(), values);
  }

  HWY_INLINE V greatest(int64_t pixel, const float* x) const {
    V found = of_group(0, pixel, x);
    for (int64_t g = 1; g < groups_; ++g) found = larger(Lanes(), found, of_group(g, pixel, x));
    return found;
  }

  HWY_INLINE V sum_of_exponentials(int64_t pixel, const float* x, V greatest) const {
    V sum = hn::Zero(Lanes());
    for (int64_t g = 0; g < groups_; ++g)
      sum = hn::Add(sum, exponential(Lanes(), hn::Sub(of_group(g, pixel, x), greatest)));
    return sum;
  }

  HWY_INLINE V sum_of_products(int64_t pixel, const float* a, const float* b) const {
    V sum = hn::Zero(Lanes());
    for (int64_t g = 0; g < groups_; ++g)
      sum = fused_multiply_add(Lanes(), of_group(g, pixel, a), of_group(g, pixel, b), sum);
    return sum;
  }

  /// Where the channels themselves lie.
  HWY_INLINE int64_t own(int64_t pixel) const { return at(channel_, pixel); }

 private:
  HWY_INLINE int64_t at(int64_t channel, int64_t pixel) const {
    return (channel / map_.block * map_.pixels + pixel) * map_.block + channel % map_.block;
  }

  BlockedMap map_;
  int64_t own_, groups_, channel_;
  int64_t places_[kLanes];
};

void group_softmax_body(const GroupSoftmax& how, int64_t block, const float* src, float* dst) {
  const Lanes d;
  for (int64_t i = 0; i < how.map.block; i += kLanes) {
    const GroupLanes lanes(how, block * how.map.block + i);
    for (int64_t p = 0; p < how.map.pixels; ++p) {
      const auto greatest = lanes.greatest(p, src);
      const auto own = exponential(d, hn::Sub(hn::LoadU(d, src + lanes.own(p)), greatest));
      hn::StoreU(hn::Div(own, lanes.sum_of_exponentials(p, src, greatest)), d, dst + lanes.own(p));
    }
  }
}

void group_softmax_backward_body(const GroupSoftmax& how, int64_t block, const float* y,
                                 const float* y_gradient, float* x_gradient) {
  const Lanes d;
  for (int64_t i = 0; i < how.map.block; i += kLanes) {
    const GroupLanes lanes(how, block * how.map.block + i);
    for (int64_t p = 0; p < how.map.pixels; ++p) {
      const int64_t own = lanes.own(p);
      const auto beyond_mean =
          hn::Sub(hn::LoadU(d, y_gradient + own), lanes.sum_of_products(p, y, y_gradient));
      const auto before = hn::LoadU(d, x_gradient + own);
      hn::StoreU(fused_multiply_add(d, hn::LoadU(d, y + own), beyond_mean, before), d, x_gradient + own);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dpac {

HWY_EXPORT(group_softmax_body);
HWY_EXPORT(group_softmax_backward_body);

void group_softmax(const GroupSoftmax& how, int64_t block, const float* src, float* dst) {
  assert(how.map.is_valid() && how.groups > 0 && how.map.channels % how.groups == 0);
  DPAC_DISPATCH(group_softmax_body)(how, block, src, dst);
  const int64_t used = how.map.channels - block * how.map.block;
  if (used >= how.map.block) return;
  float* pixel = dst + block * how.map.pixels * how.map.block;
  for (int64_t p = 0; p < how.map.pixels; ++p, pixel += how.map.block)
    std::fill(pixel + used, pixel + how.map.block, 0.0f);
}

void group_softmax_backward(const GroupSoftmax& how, int64_t block, const float* y, const float* y_gradient,
                            float* x_gradient) {
  assert(how.map.is_valid() && how.groups > 0 && how.map.channels % how.groups == 0);
  DPAC_DISPATCH(group_softmax_backward_body)(how, block, y, y_gradient, x_gradient);
}

}  // namespace dpac
#endif
