#include "kernels/analog_epilogue.h"

#include <algorithm>
#include <limits>

#include "kernels/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/analog_epilogue.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/channel_sum-inl.h"
#include "kernels/gaussian-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {

constexpr int64_t kTogether = 4;  // Pixels whose noise is drawn at once, to overlap latencies.

/// The pass over the pixels of one sample, for vectors of D.
template <class D>
class EpiloguePass {
  using V = hn::Vec<D>;
  using Stream = Gaussian<D>;
  static constexpr int64_t kLanes = static_cast<int64_t>(hn::MaxLanes(D()));

 public:
  HWY_INLINE EpiloguePass(const AnalogEpilogue& epilogue, const NoiseKey& key, float* y, float* sum_squares)
      : e_(epilogue),
        stream_(key),
        y_(y),
        sum_squares_(sum_squares),
        floor_(lower_bound(epilogue.relu)),
        floor_after_(lower_bound(epilogue.relu_after_residual)),
        pixel_step_(Stream::stride(kChannelGroup / 4)) {}

  HWY_INLINE void run() {
    for (const PixelRun& run : e_.runs) {
      for (int64_t begin = run.begin; begin < run.end; begin += ChannelSums::kPixels) {
        tile(begin, std::min(run.end, begin + ChannelSums::kPixels), run.gain_row);
      }
    }
  }

 private:
  static HWY_INLINE V lower_bound(bool relu) {
    return hn::Set(D(), relu ? 0.0f : -std::numeric_limits<float>::infinity());
  }

  HWY_INLINE void tile(int64_t begin, int64_t end, int64_t gain_row) {
    if (sum_squares_ != nullptr) sums_.clear(end - begin);
    const float* gains = e_.gains + gain_row * e_.map.padded_channels();
    for (int64_t c = 0; c < e_.map.padded_channels(); c += kLanes) {
      const V gain = hn::LoadU(D(), gains + c);
      auto counter = stream_.counter(element_block(c, begin, e_.map.pixels));
      int64_t p = begin;
      for (; p + kTogether <= end; p += kTogether) pixels<kTogether>(p, c, begin, gain, counter);
      for (; p < end; ++p) pixels<1>(p, c, begin, gain, counter);
    }
    if (sum_squares_ == nullptr) return;
    for (int64_t p = begin; p < end; ++p) sum_squares_[p] = sums_.total(p - begin);
  }

  /// Channels c, c + 1, ... of the pixels p, p + 1, ..., p + K - 1.
  template <size_t K>
  HWY_INLINE void pixels(int64_t p, int64_t c, int64_t tile_begin, V gain, typename Stream::Words& counter) {
    typename Stream::Words counters[K];
    for (auto& current : counters) {
      current = counter;
      counter = hn::Add(counter, pixel_step_);
    }
    V xi[K];
    stream_.values(counters, xi);
    const int64_t offset = ((c / e_.map.block) * e_.map.pixels + p) * e_.map.block + c % e_.map.block;
    for (size_t k = 0; k < K; ++k) {
      const auto i = static_cast<int64_t>(k);
      finish(p + i, c, offset + i * e_.map.block, tile_begin, gain, xi[k]);
    }
  }

  HWY_INLINE void finish(int64_t p, int64_t c, int64_t offset, int64_t tile_begin, V gain, V xi) {
    const D d;
    const V sigma = e_.scales == nullptr ? gain : hn::Mul(gain, hn::Set(d, e_.scales[p]));
    V y = hn::Max(fused_multiply_add(d, sigma, xi, hn::LoadU(d, y_ + offset)), floor_);
    if (e_.residual != nullptr) y = hn::Max(hn::Add(y, hn::LoadU(d, e_.residual + offset)), floor_after_);
    hn::StoreU(y, d, y_ + offset);
    if (sum_squares_ != nullptr) sums_.add(d, p - tile_begin, c, y);
  }

  const AnalogEpilogue& e_;
  const Stream stream_;
  float* y_;
  float* sum_squares_;
  const V floor_, floor_after_;
  const typename Stream::Words pixel_step_;
  ChannelSums sums_;
};

void analog_epilogue_body(const AnalogEpilogue& epilogue, const NoiseKey& key, float* y, float* sum_squares) {
  if (epilogue.map.block == 8) {
    EpiloguePass<hn::CappedTag<float, 8>>(epilogue, key, y, sum_squares).run();
  } else {
    EpiloguePass<hn::CappedTag<float, 16>>(epilogue, key, y, sum_squares).run();
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dpac {

HWY_EXPORT(analog_epilogue_body);

void run_analog_epilogue(const AnalogEpilogue& epilogue, const NoiseKey& key, float* y, float* sum_squares) {
  DPAC_DISPATCH(analog_epilogue_body)(epilogue, key, y, sum_squares);
}

}  // namespace dpac
#endif
