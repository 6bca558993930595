// Sums over channels in an order that no instruction set changes: sixteen virtual lanes, lane j taking
// channels j, j + 16, j + 32, ..., then a fixed tree.
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

/// Sums of squares of up to kPixels pixels. Lives on the stack, in the first-level cache.
class ChannelSums {
 public:
  static constexpr int64_t kPixels = 64;

  HWY_INLINE void clear(int64_t pixels) {
    for (int64_t i = 0; i < pixels * kChannelGroup; ++i) lanes_[i] = 0.0f;
  }

  /// Adds the squares of the channels c, c + 1, ... of a pixel.
  template <class D>
  HWY_INLINE void add(D d, int64_t pixel, int64_t channel, hn::Vec<D> y) {
    float* lane = lanes_ + pixel * kChannelGroup + channel % kChannelGroup;
    hn::Store(fused_multiply_add(d, y, y, hn::Load(d, lane)), d, lane);
  }

  HWY_INLINE float total(int64_t pixel) const {
    const float* lane = lanes_ + pixel * kChannelGroup;
    float eight[8], four[4];
    for (int j = 0; j < 8; ++j) eight[j] = lane[j] + lane[j + 8];
    for (int j = 0; j < 4; ++j) four[j] = eight[j] + eight[j + 4];
    return (four[0] + four[2]) + (four[1] + four[3]);
  }

 private:
  HWY_ALIGN float lanes_[kPixels * kChannelGroup];
};

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#endif
