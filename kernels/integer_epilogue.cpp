#include "kernels/integer_epilogue.h"

#include <cassert>

#include "kernels/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/integer_epilogue.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/averaged_noise-inl.h"
#include "kernels/noise_sigma-inl.h"
#include "kernels/quantizer-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {

/// The pass over the pixels of one sample. A few pixels go through the channels side by side: their noise is
/// drawn together, to overlap latencies, and they share the channels' constants.
class IntegerPass {
  using D = hn::CappedTag<float, kChannelGroup>;
  using DI = hn::RebindToSigned<D>;
  using D8 = hn::Rebind<uint8_t, D>;
  using V = hn::Vec<D>;
  using Stream = Gaussian<D>;
  static constexpr auto kLanes = static_cast<int64_t>(hn::MaxLanes(D()));
  static constexpr auto kTogether = static_cast<int64_t>(Stream::kTogether);

 public:
  HWY_INLINE IntegerPass(const IntegerEpilogue& epilogue, const NoiseKey& key, const int32_t* acc,
                         uint8_t* dst)
      : e_(epilogue),
        stream_(key),
        acc_(acc),
        dst_(dst),
        pair_step_(Stream::stride(kChannelGroup / 4)),
        quantizer_(epilogue.quantizer, epilogue.relu),
        residual_quantizer_(epilogue.residual_quantizer),
        byte_quantizer_(epilogue.residual == nullptr
                            ? ByteQuantizer<D>(epilogue.quantizer, epilogue.relu)
                            : ByteQuantizer<D>(epilogue.sum_quantizer, epilogue.relu_after_residual)) {}

  HWY_INLINE void run(int64_t first, int64_t last) const {
    int64_t p = first;
    if (p % 2 == 1 && p < last) pixels<1>(p++);
    if constexpr (kTogether > 2) {
      for (; p + kTogether <= last; p += kTogether) pixels<kTogether>(p);
    }
    if constexpr (kTogether > 4) {
      for (; p + kTogether / 2 <= last; p += kTogether / 2) pixels<kTogether / 2>(p);
    }
    for (; p + 2 <= last; p += 2) pixels<2>(p);
    if (p < last) pixels<1>(p);
  }

 private:
  /// All channels of the pixels p, p + 1, ..., p + K - 1.
  template <size_t K>
  HWY_INLINE void pixels(int64_t p) const {
    for (int64_t c = 0; c < e_.map.channels; c += kLanes) {
      V y[K];
      scale(p, c, y);
      if (e_.gains != nullptr) add_noise(p, c, y);
      if (e_.residual != nullptr) add_residual(p, c, y);
      for (size_t k = 0; k < K; ++k) hn::StoreU(byte_quantizer_.bytes(y[k]), D8(), dst_ + offset(p, k) + c);
    }
  }

  template <size_t K>
  HWY_INLINE void scale(int64_t p, int64_t c, V (&y)[K]) const {
    const DI di;
    const V alpha = hn::LoadU(D(), e_.alpha + c), bias = hn::LoadU(D(), e_.bias + c);
    for (size_t k = 0; k < K; ++k) {
      auto sum = hn::LoadU(di, acc_ + offset(p, k) + c);
      if (e_.offsets != nullptr) {
        const int32_t* sums = e_.patch_sums + p + static_cast<int64_t>(k);
        const auto patch = e_.sum_places == nullptr
                               ? hn::Set(di, *sums)
                               : hn::GatherIndex(di, sums, hn::LoadU(di, e_.sum_places + c));
        sum = hn::Add(sum, hn::Mul(hn::LoadU(di, e_.offsets + c), patch));
      }
      y[k] = fused_multiply_add(D(), alpha, hn::ConvertTo(D(), sum), bias);
    }
  }

  /// Pairs of pixels, or a pixel alone, which is half of one.
  template <size_t K>
  HWY_INLINE void add_noise(int64_t p, int64_t c, V (&y)[K]) const {
    constexpr size_t kPairs = (K + 1) / 2;
    V xi[2 * kPairs];
    draw<kPairs>(element_block(element_number(c, p, e_.map.pixels)), c, xi);
    if (K == 1 && p % 2 == 1) xi[0] = xi[1];
    if (e_.scales == nullptr) {
      const V gain = hn::LoadU(D(), e_.gains + c);
      for (size_t k = 0; k < K; ++k) y[k] = fused_multiply_add(D(), gain, xi[k], y[k]);
      return;
    }
    const NoiseSigma<D> noise(e_, c);
    for (size_t k = 0; k < K; ++k) {
      const V sigma = noise.sigma_of(e_, norms(p + static_cast<int64_t>(k), c));
      y[k] = fused_multiply_add(D(), sigma, xi[k], y[k]);
    }
  }

  HWY_INLINE V norms(int64_t p, int64_t c) const {
    const float* scales = e_.scales + p;
    if (e_.scale_places == nullptr) return hn::Set(D(), *scales);
    return hn::GatherIndex(D(), scales, hn::LoadU(DI(), e_.scale_places + c));
  }

  template <size_t K>
  HWY_INLINE void draw(uint32_t block, int64_t c, V (&xi)[2 * K]) const {
    typename Stream::Words counters[K];
    counters[0] = stream_.counter(block);
    for (size_t k = 1; k < K; ++k) counters[k] = hn::Add(counters[k - 1], pair_step_);
    if (e_.repeats == nullptr) {
      stream_.values(counters, xi);
    } else {
      hn::Vec<DI> repeats[2 * K];
      for (auto& r : repeats) r = hn::LoadU(DI(), e_.repeats + c);
      sum_of_draws(stream_, counters, repeats, xi);
    }
  }

  template <size_t K>
  HWY_INLINE void add_residual(int64_t p, int64_t c, V (&y)[K]) const {
    for (size_t k = 0; k < K; ++k) {
      const V residual = residual_quantizer_.values(hn::LoadU(D8(), e_.residual + offset(p, k) + c));
      y[k] = hn::Add(quantizer_.value(y[k]), residual);
    }
  }

  HWY_INLINE int64_t offset(int64_t p, size_t k) const {
    return (p + static_cast<int64_t>(k)) * e_.map.channels;
  }

  const IntegerEpilogue& e_;
  const Stream stream_;
  const int32_t* acc_;
  uint8_t* dst_;
  const typename Stream::Words pair_step_;
  const QuantizerVectors<D> quantizer_;
  const ByteQuantizer<D> residual_quantizer_, byte_quantizer_;
};

void integer_epilogue_body(const IntegerEpilogue& epilogue, const NoiseKey& key, int64_t first, int64_t last,
                           const int32_t* acc, uint8_t* dst) {
  IntegerPass(epilogue, key, acc, dst).run(first, last);
}

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dpac {

HWY_EXPORT(integer_epilogue_body);

namespace {

/// What kernels/integer_epilogue.h asks of its callers.
void check([[maybe_unused]] const IntegerEpilogue& e) {
  assert(e.map.channels % kChannelGroup == 0);
  assert(e.alpha != nullptr && e.bias != nullptr);
  assert(e.offsets == nullptr || e.patch_sums != nullptr);
  assert(e.scales != nullptr || e.floors == nullptr);
  assert(e.quantizer.fits_bytes());
  assert(e.residual == nullptr || (e.residual_quantizer.fits_bytes() && e.sum_quantizer.fits_bytes()));
}

}  // namespace

void run_integer_epilogue(const IntegerEpilogue& epilogue, const NoiseKey& key, int64_t first, int64_t last,
                          const int32_t* acc, uint8_t* dst) {
  check(epilogue);
  assert(first >= 0 && first <= last && last <= epilogue.map.pixels);
  DPAC_DISPATCH(integer_epilogue_body)(epilogue, key, first, last, acc, dst);
}

}  // namespace dpac
#endif
