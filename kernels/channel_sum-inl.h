// Sums over channels, or over the elements of a row, in an order that no instruction set changes: sixteen
// virtual lanes, lane j taking channels j, j + 16, j + 32, ..., then a fixed tree.
#if defined(DPAC_KERNELS_CHANNEL_SUM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef DPAC_KERNELS_CHANNEL_SUM_INL_H_
#undef DPAC_KERNELS_CHANNEL_SUM_INL_H_
#else
#define DPAC_KERNELS_CHANNEL_SUM_INL_H_
#endif

#include <hwy/highway.h>

#include "kernels/gaussian-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {

HWY_INLINE float sum_of_lanes(const float* lane) {
  float eight[8], four[4];
  for (int j = 0; j < 8; ++j) eight[j] = lane[j] + lane[j + 8];
  for (int j = 0; j < 4; ++j) four[j] = eight[j] + eight[j + 4];
  return (four[0] + four[2]) + (four[1] + four[3]);
}

/// The sum of a row of whole groups of sixteen elements, `columns` at least. `next(c, sum)` returns the
/// lanes' sums with the elements c, c + 1, ... of one vector added.
template <class F>
HWY_INLINE float sum_of_row(int64_t columns, const F& next) {
  const hn::CappedTag<float, kChannelGroup> d;
  constexpr auto kLanes = static_cast<int64_t>(hn::MaxLanes(d));
  hn::Vec<decltype(d)> sums[kChannelGroup / kLanes];
  for (auto& sum : sums) sum = hn::Zero(d);
  for (int64_t c = 0; c < columns; c += kChannelGroup) {
    for (int64_t i = 0; i < kChannelGroup / kLanes; ++i) sums[i] = next(c + i * kLanes, sums[i]);
  }
  HWY_ALIGN float lanes[kChannelGroup];
  for (int64_t i = 0; i < kChannelGroup / kLanes; ++i) hn::Store(sums[i], d, lanes + i * kLanes);
  return sum_of_lanes(lanes);
}

/// Sums of up to kPixels pixels. Lives on the stack, in the first-level cache.
class ChannelSums {
 public:
  static constexpr int64_t kPixels = 64;

  HWY_INLINE void clear(int64_t pixels) {
    for (int64_t i = 0; i < pixels * kChannelGroup; ++i) lanes_[i] = 0.0f;
  }

  /// Adds the squares of the channels c, c + 1, ... of a pixel.
  template <class D>
  HWY_INLINE void add(D d, int64_t pixel, int64_t channel, hn::Vec<D> y) {
    add_product(d, pixel, channel, y, y);
  }

  template <class D>
  HWY_INLINE void add_product(D d, int64_t pixel, int64_t channel, hn::Vec<D> a, hn::Vec<D> b) {
    float* lane = lane_of(pixel, channel);
    hn::Store(fused_multiply_add(d, a, b, hn::Load(d, lane)), d, lane);
  }

  template <class D>
  HWY_INLINE void add_value(D d, int64_t pixel, int64_t channel, hn::Vec<D> y) {
    float* lane = lane_of(pixel, channel);
    hn::Store(hn::Add(hn::Load(d, lane), y), d, lane);
  }

  HWY_INLINE float total(int64_t pixel) const { return sum_of_lanes(lanes_ + pixel * kChannelGroup); }

 private:
  HWY_INLINE float* lane_of(int64_t pixel, int64_t channel) {
    return lanes_ + pixel * kChannelGroup + channel % kChannelGroup;
  }

  HWY_ALIGN float lanes_[kPixels * kChannelGroup];
};

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#endif
