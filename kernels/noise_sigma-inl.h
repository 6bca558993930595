// The standard deviation of a vector of channels, compiled once per target. See kernels/analog_epilogue.h.
#if defined(DPAC_KERNELS_NOISE_SIGMA_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef DPAC_KERNELS_NOISE_SIGMA_INL_H_
#undef DPAC_KERNELS_NOISE_SIGMA_INL_H_
#else
#define DPAC_KERNELS_NOISE_SIGMA_INL_H_
#endif

#include <cstdint>

#include <hwy/highway.h>

#include "kernels/elementary-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {

/// What channels keep from pixel to pixel: gains, and squares of floors. `Noise` is an AnalogEpilogue or what
/// goes back through one.
template <class D>
class NoiseSigma {
  using V = hn::Vec<D>;

 public:
  /// Of no noise.
  HWY_INLINE NoiseSigma() : gain_(hn::Zero(D())), square_(hn::Zero(D())) {}

  /// Of the channels whose gains begin at `at`.
  template <class Noise>
  HWY_INLINE NoiseSigma(const Noise& noise, int64_t at)
      : gain_(hn::LoadU(D(), noise.gains + at)), square_(hn::Zero(D())) {
    if (noise.floors == nullptr) return;
    const V floor = hn::LoadU(D(), noise.floors + at);
    square_ = hn::Mul(floor, floor);
  }

  /// At pixel p, whose channels begin at `offset` of the map.
  template <class Noise>
  HWY_INLINE V sigma(const Noise& noise, int64_t p, int64_t offset) const {
    const D d;
    V sigma = gain_;
    if (noise.element_scales != nullptr) {
      sigma = hn::Mul(gain_, hn::LoadU(d, noise.element_scales + offset));
    } else if (noise.scales != nullptr) {
      sigma = hn::Mul(gain_, hn::Set(d, noise.scales[p]));
    }
    return joined(noise, sigma);
  }

  /// Where all channels of a vector, or each of them, have this norm.
  template <class Noise>
  HWY_INLINE V sigma_of(const Noise& noise, V norm) const {
    return joined(noise, hn::Mul(gain_, norm));
  }

 private:
  /// With what no norm scales.
  template <class Noise>
  HWY_INLINE V joined(const Noise& noise, V sigma) const {
    if (HWY_LIKELY(noise.floors == nullptr)) return sigma;
    return hn::Sqrt(fused_multiply_add(D(), sigma, sigma, square_));
  }

  V gain_, square_;
};

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#endif
