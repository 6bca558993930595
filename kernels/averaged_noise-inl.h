// Noise of repeated draws: what an operation computed several times, and averaged, has. See docs/model.md
// section 2.
#if defined(DPAC_KERNELS_AVERAGED_NOISE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef DPAC_KERNELS_AVERAGED_NOISE_INL_H_
#undef DPAC_KERNELS_AVERAGED_NOISE_INL_H_
#else
#define DPAC_KERNELS_AVERAGED_NOISE_INL_H_
#endif

#include <hwy/highway.h>

#include "kernels/gaussian-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {

/// sums[i] = sum_{k < repeats[i]} xi_i(counters[i / 2], key.repeat + k), lane by lane, k = 0 first, where
/// xi_i are a counter's first and second elements. Takes as long as the largest of the repeats. The mean is
/// left to the gain that the sum is multiplied by.
template <class D, size_t K, class I = hn::Vec<hn::RebindToSigned<D>>>
HWY_INLINE void sum_of_draws(const Gaussian<D>& stream, typename Gaussian<D>::Words (&counters)[K],
                             const I (&repeats)[2 * K], hn::Vec<D> (&sums)[2 * K]) {
  const D d;
  const hn::RebindToSigned<D> di;
  const auto step = Gaussian<D>::next_repeat();
  I most = repeats[0];
  for (size_t i = 0; i < 2 * K; ++i) {
    most = hn::Max(most, repeats[i]);
    sums[i] = hn::Zero(d);
  }
  for (int32_t k = 0; !hn::AllFalse(di, hn::Gt(most, hn::Set(di, k))); ++k) {
    typename Gaussian<D>::Words drawn[K];
    for (size_t i = 0; i < K; ++i) {
      drawn[i] = counters[i];
      counters[i] = hn::Add(counters[i], step);
    }
    hn::Vec<D> xi[2 * K];
    stream.values(drawn, xi);
    for (size_t i = 0; i < 2 * K; ++i) {
      const auto counts = hn::RebindMask(d, hn::Gt(repeats[i], hn::Set(di, k)));
      sums[i] = hn::Add(sums[i], hn::IfThenElseZero(counts, xi[i]));
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#endif
