#include "kernels/analog_backward.h"

#include <algorithm>
#include <cassert>

#include "kernels/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/analog_backward.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/gaussian-inl.h"
#include "kernels/mask_bits-inl.h"
#include "kernels/noise_sigma-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {

/// What a pass sums up, and from what.
enum class Source { none, drawn, stored, sigma };

/// The pass over the pixels of one sample.
template <Source kSource>
class BackwardPass {
  using D = hn::CappedTag<float, kChannelGroup>;
  using V = hn::Vec<D>;
  using Stream = Gaussian<D>;
  using Words = typename Stream::Words;
  using Gain = NoiseSigma<D>;
  static constexpr int64_t kLanes = static_cast<int64_t>(hn::MaxLanes(D()));
  // Pixels whose noise is drawn at once, to overlap latencies.
  static constexpr auto kTogether = static_cast<int64_t>(Stream::kTogether);
  static constexpr bool kScaled = kSource == Source::drawn || kSource == Source::sigma;

 public:
  HWY_INLINE BackwardPass(const AnalogBackward& backward, const NoiseKey& key, float* gradient, double* sums)
      : b_(backward),
        stream_(key),
        gradient_(gradient),
        sums_(sums),
        pair_step_(Stream::stride(kChannelGroup / 4)) {}

  HWY_INLINE void run() {
    for (const PixelRun& run : b_.runs) {
      for (int64_t c = 0; c < b_.map.padded_channels(); c += kLanes) channels(run, c);
    }
  }

 private:
  /// Channels c, c + 1, ... of a run. A run's sum is made in float32, lane by lane; runs are added in double.
  HWY_INLINE void channels(const PixelRun& run, int64_t c) {
    const Gain gain = kScaled ? Gain(b_, run.gain_row * b_.map.padded_channels() + c) : Gain();
    V total = hn::Zero(D());
    Words counter = stream_.counter(element_block(c, run.begin, b_.map, b_.elements));
    int64_t p = run.begin;
    if (second(p) && p < run.end) pixels<1>(p++, c, gain, counter, total);
    if constexpr (kTogether > 2) {
      for (; p + kTogether <= run.end; p += kTogether) pixels<kTogether>(p, c, gain, counter, total);
    }
    for (; p + 2 <= run.end; p += 2) pixels<2>(p, c, gain, counter, total);
    if (p < run.end) pixels<1>(p, c, gain, counter, total);
    if constexpr (kSource != Source::none) add(total, sums_ + c);
  }

  template <size_t K>
  HWY_INLINE void pixels(int64_t p, int64_t c, const Gain& gain, Words& counter, V& total) const {
    const int64_t offset = ((c / b_.map.block) * b_.map.pixels + p) * b_.map.block + c % b_.map.block;
    V xi[K];
    if constexpr (kSource == Source::drawn) draw(p, counter, xi);
    for (size_t k = 0; k < K; ++k) {
      const auto i = static_cast<int64_t>(k);
      const V g = through(offset + i * b_.map.block);
      if constexpr (kSource == Source::stored) {
        const V noise = hn::LoadU(D(), b_.noise + offset + i * b_.map.block);
        total = fused_multiply_add(D(), g, noise, total);
      } else if constexpr (kScaled) {
        const V sigma = gain.sigma(b_, p + i, offset + i * b_.map.block);
        const V factor = kSource == Source::sigma ? hn::Mul(g, sigma) : g;
        const V term = kSource == Source::sigma ? factor : hn::Mul(sigma, xi[k]);
        total = fused_multiply_add(D(), factor, term, total);
      }
    }
  }

  /// Whether a pixel is the second of a pair, whose noise is drawn together.
  [[nodiscard]] HWY_INLINE bool second(int64_t p) const {
    return kSource == Source::drawn && element_pixel(p, b_.elements) % 2 == 1;
  }

  /// A pixel alone is half of a pair.
  HWY_INLINE void draw(int64_t p, Words& counter, V (&xi)[1]) const {
    V pair[2];
    draw(p, counter, pair);
    xi[0] = second(p) ? pair[1] : pair[0];
  }

  template <size_t K>
  HWY_INLINE void draw(int64_t /*p*/, Words& counter, V (&xi)[K]) const {
    Words counters[K / 2];
    for (auto& current : counters) {
      current = counter;
      counter = hn::Add(counter, pair_step_);
    }
    stream_.values(counters, xi);
  }

  /// Takes the gradient of the elements from `offset` on through the epilogue.
  HWY_INLINE V through(int64_t offset) const {
    const D d;
    V g = hn::LoadU(d, gradient_ + offset);
    if (b_.sum_passes != nullptr) g = hn::IfThenElseZero(load_bits(d, offset, b_.sum_passes), g);
    if (b_.residual != nullptr) {
      float* residual = b_.residual + offset;
      hn::StoreU(b_.accumulate ? hn::Add(hn::LoadU(d, residual), g) : g, d, residual);
    }
    if (b_.slopes != nullptr) g = hn::Mul(g, hn::LoadU(d, b_.slopes + offset));
    if (b_.passes != nullptr) g = hn::IfThenElseZero(load_bits(d, offset, b_.passes), g);
    hn::StoreU(g, d, gradient_ + offset);
    return g;
  }

  static HWY_INLINE void add(V total, double* sums) {
    HWY_ALIGN float lanes[hn::MaxLanes(D())];
    hn::Store(total, D(), lanes);
    for (const float lane : lanes) *sums++ += static_cast<double>(lane);
  }

  const AnalogBackward b_;  // A copy, which stores cannot change.
  const Stream stream_;
  float* gradient_;
  double* sums_;
  const Words pair_step_;
};

void analog_backward_body(const AnalogBackward& b, NoiseSum sum, const NoiseKey& key, float* gradient,
                          double* sums) {
  std::fill_n(sums, b.map.padded_channels(), 0.0);
  if (b.noise != nullptr) return BackwardPass<Source::stored>(b, key, gradient, sums).run();
  if (b.gains == nullptr) return BackwardPass<Source::none>(b, key, gradient, sums).run();
  if (sum == NoiseSum::square) return BackwardPass<Source::sigma>(b, key, gradient, sums).run();
  BackwardPass<Source::drawn>(b, key, gradient, sums).run();
}

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dpac {

HWY_EXPORT(analog_backward_body);

void run_analog_backward(const AnalogBackward& backward, NoiseSum sum, const NoiseKey& key, float* gradient,
                         double* sums) {
  assert(backward.map.is_valid());
  for ([[maybe_unused]] const PixelRun& run : backward.runs) {
    assert(run.begin >= 0 && run.begin <= run.end && run.end <= backward.map.pixels);
    assert(run.gain_row >= 0);
  }
  assert(backward.noise == nullptr || sum == NoiseSum::product);  // Of a noise there are no sigmas.
  assert(backward.passes == nullptr || backward.slopes == nullptr);
  assert(gradient != backward.residual);
  DPAC_DISPATCH_BLOCKS(analog_backward_body, backward.map.block)(backward, sum, key, gradient, sums);
}

}  // namespace dpac
#endif
