// The analog epilogue's vector body, compiled once per target. See kernels/analog_epilogue.h.
#if defined(DPAC_KERNELS_ANALOG_EPILOGUE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef DPAC_KERNELS_ANALOG_EPILOGUE_INL_H_
#undef DPAC_KERNELS_ANALOG_EPILOGUE_INL_H_
#else
#define DPAC_KERNELS_ANALOG_EPILOGUE_INL_H_
#endif

#include <algorithm>
#include <limits>

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include "kernels/analog_epilogue.h"
#include "kernels/averaged_noise-inl.h"
#include "kernels/bfloat16-inl.h"
#include "kernels/channel_sum-inl.h"
#include "kernels/elementary-inl.h"
#include "kernels/mask_bits-inl.h"
#include "kernels/noise_sigma-inl.h"
#include "kernels/quantizer-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {

/// The pass over the pixels of one sample, whose values are stored as float or Bfloat16.
template <class Value, bool kNoise, bool kQuantized, bool kRecorded, bool kSmooth>
class EpiloguePass {
  using D = hn::CappedTag<float, kChannelGroup>;
  using V = hn::Vec<D>;
  using DI = hn::RebindToSigned<D>;
  using Stream = Gaussian<D>;
  using Words = typename Stream::Words;
  using Gain = NoiseSigma<D>;
  static constexpr int64_t kLanes = static_cast<int64_t>(hn::MaxLanes(D()));
  // Pixels whose noise is drawn at once, to overlap latencies. Measured: with the sixteen registers of AVX2,
  // fewer are better here.
  static constexpr auto kTogether =
      static_cast<int64_t>(kLanes == 8 ? Stream::kTogether / 2 : Stream::kTogether);
  // Pixels of a row-major map that are streams beside each other. Measured: without noise to draw, fewer are
  // better.
  static constexpr int64_t kRowsTogether = kNoise ? kTogether : (kTogether + 1) / 2;

 public:
  HWY_INLINE EpiloguePass(const AnalogEpilogue& epilogue, const NoiseKey& key, const Value* src, Value* dst,
                          float* sum_squares)
      : e_(epilogue),
        stream_(key),
        src_(src),
        residual_(static_cast<const Value*>(epilogue.residual)),
        dst_(dst),
        sum_squares_(sum_squares),
        floor_(
            lower_bound(epilogue.activation == Activation::relu || epilogue.activation == Activation::relu6)),
        ceiling_(hn::Set(
            D(), epilogue.activation == Activation::relu6 ? 6.0f : std::numeric_limits<float>::infinity())),
        floor_after_(lower_bound(epilogue.relu_after_residual)),
        quantizer_(epilogue.quantizer),
        result_quantizer_(epilogue.result_quantizer),
        quantized_(!epilogue.quantizer.is_identity()),
        result_quantized_(!epilogue.result_quantizer.is_identity()),
        pair_step_(Stream::stride(kChannelGroup / 4)),
        tile_pixels_(row_major() ? kRowsTogether : ChannelSums::kPixels),
        ahead_(row_major() ? 4 * kChannelGroup : e_.map.pixels * e_.map.block) {}

  HWY_INLINE void run() {
    for (const PixelRun& run : e_.runs) {
      int64_t end = 0;
      for (int64_t begin = run.begin; begin < run.end; begin = end) {
        end = std::min(run.end, begin + tile_pixels_ - second(begin));
        tile(begin, end, run.gain_row);
      }
    }
  }

 private:
  /// Whether a pixel's channels are neighbours, so that a few pixels at a time are streams a processor
  /// foresees.
  [[nodiscard]] bool row_major() const { return e_.map.block > kChannelGroup; }

  /// 1 where a pixel is the second of a pair, whose noise is drawn together.
  [[nodiscard]] HWY_INLINE int64_t second(int64_t p) const {
    return kNoise ? element_pixel(p, e_.elements) % 2 : 0;
  }

  static HWY_INLINE V lower_bound(bool relu) {
    return hn::Set(D(), relu ? 0.0f : -std::numeric_limits<float>::infinity());
  }

  HWY_INLINE void tile(int64_t begin, int64_t end, int64_t gain_row) {
    if (sum_squares_ != nullptr) sums_.clear(end - begin);
    for (int64_t c = 0; c < e_.map.padded_channels(); c += kLanes) {
      const Gain gain = kNoise ? Gain(e_, gain_row * e_.map.padded_channels() + c) : Gain();
      Words counter = stream_.counter(element_block(c, begin, e_.map, e_.elements));
      int64_t p = begin;
      if (second(p) == 1) pixels<1>(p++, c, begin, gain, counter);
      if constexpr (kTogether > 2) {
        for (; p + kTogether <= end; p += kTogether) pixels<kTogether>(p, c, begin, gain, counter);
      }
      if constexpr (kTogether > 4) {
        for (; p + kTogether / 2 <= end; p += kTogether / 2) {
          pixels<kTogether / 2>(p, c, begin, gain, counter);
        }
      }
      for (; p + 2 <= end; p += 2) pixels<2>(p, c, begin, gain, counter);
      if (p < end) pixels<1>(p, c, begin, gain, counter);
    }
    if (sum_squares_ == nullptr) return;
    for (int64_t p = begin; p < end; ++p) sum_squares_[p] = sums_.total(p - begin);
  }

  /// Channels c, c + 1, ... of the pixels p, p + 1, ..., p + K - 1.
  template <size_t K>
  HWY_INLINE void pixels(int64_t p, int64_t c, int64_t tile_begin, const Gain& gain, Words& counter) {
    const int64_t offset = ((c / e_.map.block) * e_.map.pixels + p) * e_.map.block + c % e_.map.block;
    fetch_ahead<K>(offset);
    V xi[K];
    if constexpr (kNoise) {
      draw(p, c, counter, xi);
    } else {
      for (V& none : xi) none = hn::Zero(D());
    }
    for (size_t k = 0; k < K; ++k) {
      const auto i = static_cast<int64_t>(k);
      finish(p + i, c, offset + i * e_.map.block, tile_begin, gain, xi[k]);
    }
  }

  /// Asks for the same pixels of the next channel block, which is what comes after the rest of this tile; in
  /// a row-major map, for channels some vectors on.
  template <size_t K>
  HWY_INLINE void fetch_ahead(int64_t offset) const {
    for (size_t k = 0; k < K; ++k) {
      const int64_t at = offset + ahead_ + static_cast<int64_t>(k) * e_.map.block;
      hwy::Prefetch(src_ + at);
      if (residual_ != nullptr) hwy::Prefetch(residual_ + at);
    }
  }

  /// A pixel alone is half of a pair.
  HWY_INLINE void draw(int64_t p, int64_t c, Words& counter, V (&xi)[1]) const {
    V pair[2];
    draw(p, c, counter, pair);
    xi[0] = second(p) == 1 ? pair[1] : pair[0];
  }

  template <size_t K>
  HWY_INLINE void draw(int64_t /*p*/, int64_t c, Words& counter, V (&xi)[K]) const {
    Words counters[K / 2];
    for (auto& current : counters) {
      current = counter;
      counter = hn::Add(counter, pair_step_);
    }
    if (HWY_LIKELY(e_.repeats == nullptr)) return stream_.values(counters, xi);
    hn::Vec<DI> repeats[K];
    for (auto& current : repeats) current = hn::LoadU(DI(), e_.repeats + c);
    sum_of_draws(stream_, counters, repeats, xi);
  }

  HWY_INLINE void finish(int64_t p, int64_t c, int64_t offset, int64_t tile_begin, const Gain& gain, V xi) {
    const D d;
    V y = load_values(d, src_ + offset);
    if constexpr (kNoise) {
      y = fused_multiply_add(d, gain.sigma(e_, p, offset), xi, y);
    }
    if constexpr (kSmooth) {
      y = activate(y, offset);
    } else {
      if (kRecorded && e_.passes != nullptr) record(y, floor_, ceiling_, e_.quantizer, offset, e_.passes);
      y = smaller(d, larger(d, y, floor_), ceiling_);
      if (kQuantized && quantized_) y = quantizer_.value(y);
    }
    if (!kSmooth && residual_ != nullptr) {
      y = hn::Add(y, load_values(d, residual_ + offset));
      if (kRecorded && e_.sum_passes != nullptr) {
        record(y, floor_after_, infinity(), e_.result_quantizer, offset, e_.sum_passes);
      }
      y = larger(d, y, floor_after_);
      if (kQuantized && result_quantized_) y = result_quantizer_.value(y);
    }
    if (kQuantized && c + kLanes > e_.map.channels) {
      y = hn::IfThenElseZero(hn::FirstN(d, static_cast<size_t>(std::max<int64_t>(0, e_.map.channels - c))),
                             y);
    }
    y = store_values(d, y, dst_ + offset);
    if (sum_squares_ != nullptr) sums_.add(d, p - tile_begin, c, y);
  }

  static HWY_INLINE V infinity() { return hn::Set(D(), std::numeric_limits<float>::infinity()); }

  static HWY_INLINE void record(V y, V floor, V ceiling, const Quantizer& quantizer, int64_t offset,
                                uint8_t* bits) {
    const D d;
    auto passes = hn::And(hn::Gt(y, floor), hn::Lt(y, ceiling));
    if (kQuantized && !quantizer.is_identity()) passes = hn::And(passes, inside(quantizer, y));
    store_bits(d, passes, offset, bits);
  }

  /// Quantiser, smooth activation and quantiser of a noisy value, and their slope there.
  HWY_INLINE V activate(V noisy, int64_t offset) const {
    const D d;
    const V before = kQuantized && quantized_ ? quantizer_.value(noisy) : noisy;
    const V after = activated(d, e_.activation, before);
    if (e_.slopes != nullptr) {
      V slope = activation_slope(d, e_.activation, before);
      if (quantized_) slope = hn::IfThenElseZero(inside(e_.quantizer, noisy), slope);
      if (result_quantized_) slope = hn::IfThenElseZero(inside(e_.result_quantizer, after), slope);
      hn::StoreU(slope, d, e_.slopes + offset);
    }
    return kQuantized && result_quantized_ ? result_quantizer_.value(after) : after;
  }

  static HWY_INLINE hn::Mask<D> inside(const Quantizer& quantizer, V y) {
    const D d;
    return hn::And(hn::Ge(y, hn::Set(d, quantizer.min)), hn::Le(y, hn::Set(d, quantizer.max)));
  }

  const AnalogEpilogue e_;  // A copy, which stores to dst cannot change: nothing has to be loaded again.
  const Stream stream_;
  const Value *src_, *residual_;
  Value* dst_;
  float* sum_squares_;
  const V floor_, ceiling_, floor_after_;
  const QuantizerVectors<D> quantizer_, result_quantizer_;
  const bool quantized_, result_quantized_;
  const Words pair_step_;
  const int64_t tile_pixels_, ahead_;
  ChannelSums sums_;
};

/// One variant of the pass as a function of its own: in one function, the compiler takes longer for all of
/// them.
template <bool kNoise, bool kQuantized, bool kRecorded, bool kSmooth, class Value>
HWY_NOINLINE void run_pass(const AnalogEpilogue& e, const NoiseKey& key, const Value* src, Value* dst,
                           float* sum_squares) {
  EpiloguePass<Value, kNoise, kQuantized, kRecorded, kSmooth>(e, key, src, dst, sum_squares).run();
}

/// Runs the variant of the pass that is compiled for what the epilogue has; not for smooth activations.
template <bool kRecorded, class Value>
HWY_INLINE void run_variant(const AnalogEpilogue& e, const NoiseKey& key, const Value* src, Value* dst,
                            float* sum_squares) {
  // Portable code is not meant for work: one variant less spares the compiler its longest functions.
  const bool quantized =
      HWY_TARGET == HWY_EMU128 || !e.quantizer.is_identity() || !e.result_quantizer.is_identity();
  const auto run = e.gains == nullptr ? (quantized ? run_pass<false, true, kRecorded, false, Value>
                                                   : run_pass<false, false, kRecorded, false, Value>)
                                      : (quantized ? run_pass<true, true, kRecorded, false, Value>
                                                   : run_pass<true, false, kRecorded, false, Value>);
  run(e, key, src, dst, sum_squares);
}

/// The variant for smooth activations: beside one, nothing else is worth a variant of its own.
template <class Value>
HWY_INLINE void run_smooth_variant(const AnalogEpilogue& e, const NoiseKey& key, const Value* src, Value* dst,
                                   float* sum_squares) {
  const auto run =
      e.gains == nullptr ? run_pass<false, true, true, true, Value> : run_pass<true, true, true, true, Value>;
  run(e, key, src, dst, sum_squares);
}

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#endif
