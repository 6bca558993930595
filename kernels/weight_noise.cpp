#include "kernels/weight_noise.h"

#include <algorithm>
#include <cassert>

#include "kernels/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/weight_noise.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/averaged_noise-inl.h"
#include "kernels/elementary-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {

/// The rows of one layer are one run of elements: it is cut into chunks of a few vectors, whose noise is
/// drawn together, wherever rows begin. A chunk's constants are kept lane by lane and renewed only where the
/// row changes. `kCurved` is whether sigma depends on the weight.
template <bool kCurved>
class WeightPass {
  using D = hn::CappedTag<float, 16>;
  using DI = hn::RebindToSigned<D>;
  using V = hn::Vec<D>;
  using Stream = Gaussian<D>;
  static constexpr auto kLanes = static_cast<int64_t>(hn::MaxLanes(D()));
  static constexpr size_t kCounters = Stream::kRunCounters, kVectors = 2 * kCounters;
  static constexpr int64_t kChunk = kVectors * kLanes;
  static constexpr auto kCurvedLanes = static_cast<size_t>(kCurved ? kChunk : kLanes);

 public:
  HWY_INLINE WeightPass(const WeightNoise& noise, const NoiseKey& key) : noise_(noise), stream_(key) {}

  HWY_INLINE void run(int64_t first, int64_t last, const float* weights, float* dst) {
    const int64_t begin = first * noise_.row_length, end = last * noise_.row_length;
    row_ = first;
    // Chunks begin at whole groups of elements; what lies outside of [begin, end) is computed aside and
    // thrown away.
    for (int64_t chunk = begin / kPairElements * kPairElements; chunk < end; chunk += kChunk) {
      const int64_t from = std::max(begin, chunk), to = std::min(end, chunk + kChunk);
      set_constants(chunk, from, to);
      if (to - from == kChunk) {
        perturb(chunk, weights + chunk, dst + chunk);
        continue;
      }
      HWY_ALIGN float aside[kChunk] = {};
      std::copy(weights + from, weights + to, aside + (from - chunk));
      perturb(chunk, aside, aside);
      std::copy_n(aside + (from - chunk), to - from, dst + from);
    }
  }

 private:
  /// For the elements [from, to) of the chunk, whose rows begin at row_.
  HWY_INLINE void set_constants(int64_t chunk, int64_t from, int64_t to) {
    while ((row_ + 1) * noise_.row_length <= from) ++row_;
    if (uniform_row_ == row_ && to <= (row_ + 1) * noise_.row_length) return;
    int64_t row = row_;
    for (int64_t i = from; i < to; ++row) {
      const int64_t stop = std::min(to, (row + 1) * noise_.row_length);
      const auto keep = [&](const auto* of_rows, auto* lanes) {
        std::fill(lanes + (i - chunk), lanes + (stop - chunk), of_rows[row]);
      };
      keep(noise_.gains, gains_);
      if (kCurved) keep(noise_.slopes, slopes_);
      if (kCurved) keep(noise_.curves, curves_);
      if (noise_.repeats != nullptr) keep(noise_.repeats, repeats_);
      i = stop;
    }
    uniform_row_ = to - from == kChunk && row == row_ + 1 ? row_ : -1;
  }

  HWY_INLINE void perturb(int64_t chunk, const float* weights, float* dst) const {
    typename Stream::Words counters[kCounters];
    counters[0] = stream_.counter(element_block(chunk));
    for (size_t k = 1; k < kCounters; ++k) counters[k] = hn::Add(counters[k - 1], Stream::stride(kLanes / 4));
    V xi[kVectors];
    if (noise_.repeats == nullptr) {
      stream_.values(counters, xi);
    } else {
      hn::Vec<DI> repeats[kVectors];
      for (size_t i = 0; i < kVectors; ++i) repeats[i] = hn::Load(DI(), repeats_ + Stream::place(i));
      sum_of_draws(stream_, counters, repeats, xi);
    }
    for (size_t i = 0; i < kVectors; ++i) {
      const size_t at = Stream::place(i);
      const V weight = hn::LoadU(D(), weights + at);
      hn::StoreU(fused_multiply_add(D(), sigma_of(weight, at), xi[i], weight), D(), dst + at);
    }
  }

  HWY_INLINE V sigma_of(V weight, size_t at) const {
    const D d;
    const V gain = hn::Load(d, gains_ + at);
    if constexpr (!kCurved) return gain;
    const V size = hn::Abs(weight);
    const V slope = fused_multiply_add(d, hn::Load(d, curves_ + at), size, hn::Load(d, slopes_ + at));
    return larger(d, fused_multiply_add(d, slope, size, gain), hn::Zero(d));
  }

  const WeightNoise& noise_;
  const Stream stream_;
  int64_t row_ = 0;           ///< Of the chunk's first element.
  int64_t uniform_row_ = -1;  ///< The row all lanes' constants are of, or none.
  HWY_ALIGN float gains_[kChunk] = {}, slopes_[kCurvedLanes] = {}, curves_[kCurvedLanes] = {};
  HWY_ALIGN int32_t repeats_[kChunk] = {};
};

void perturb_weights_body(const WeightNoise& noise, const NoiseKey& key, int64_t first, int64_t last,
                          const float* weights, float* dst) {
  if (noise.slopes != nullptr) return WeightPass<true>(noise, key).run(first, last, weights, dst);
  WeightPass<false>(noise, key).run(first, last, weights, dst);
}

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dpac {

HWY_EXPORT(perturb_weights_body);

void perturb_weights(const WeightNoise& noise, const NoiseKey& key, int64_t first, int64_t last,
                     const float* weights, float* dst) {
  assert(noise.row_length > 0 && noise.gains != nullptr);
  assert((noise.slopes == nullptr) == (noise.curves == nullptr));
  assert(first >= 0 && first <= last);
  assert(last * noise.row_length <= int64_t{1} << 35);  // Blocks of eight elements have 32-bit numbers.
  DPAC_DISPATCH(perturb_weights_body)(noise, key, first, last, weights, dst);
}

}  // namespace dpac
#endif
