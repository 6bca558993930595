#include "kernels/weight_noise.h"

#include <algorithm>
#include <cassert>

#include "kernels/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/weight_noise.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/averaged_noise-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {

/// The rows of one layer are one run of elements: it is cut into chunks of a few vectors, whose noise is
/// drawn together, wherever rows begin. A chunk's constants are kept lane by lane and renewed only where the
/// row changes.
class WeightPass {
  using D = hn::CappedTag<float, 16>;
  using DI = hn::RebindToSigned<D>;
  using V = hn::Vec<D>;
  using Stream = Gaussian<D>;
  static constexpr auto kLanes = static_cast<int64_t>(hn::MaxLanes(D()));
  static constexpr size_t kCounters = Stream::kRunCounters, kVectors = 2 * kCounters;
  static constexpr int64_t kChunk = kVectors * kLanes;

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
      std::fill(gains_ + (i - chunk), gains_ + (stop - chunk), noise_.gains[row]);
      if (noise_.repeats != nullptr)
        std::fill(repeats_ + (i - chunk), repeats_ + (stop - chunk), noise_.repeats[row]);
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
      const V gain = hn::Load(D(), gains_ + at);
      hn::StoreU(fused_multiply_add(D(), gain, xi[i], hn::LoadU(D(), weights + at)), D(), dst + at);
    }
  }

  const WeightNoise& noise_;
  const Stream stream_;
  int64_t row_ = 0;           ///< Of the chunk's first element.
  int64_t uniform_row_ = -1;  ///< The row all lanes' constants are of, or none.
  HWY_ALIGN float gains_[kChunk] = {};
  HWY_ALIGN int32_t repeats_[kChunk] = {};
};

void perturb_weights_body(const WeightNoise& noise, const NoiseKey& key, int64_t first, int64_t last,
                          const float* weights, float* dst) {
  WeightPass(noise, key).run(first, last, weights, dst);
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
  assert(first >= 0 && first <= last);
  assert(last * noise.row_length <= int64_t{1} << 35);  // Blocks of eight elements have 32-bit numbers.
  DPAC_DISPATCH(perturb_weights_body)(noise, key, first, last, weights, dst);
}

}  // namespace dpac
#endif
