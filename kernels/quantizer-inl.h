// The quantiser's vector form, compiled once per target. See kernels/quantizer.h.
#if defined(DPAC_KERNELS_QUANTIZER_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef DPAC_KERNELS_QUANTIZER_INL_H_
#undef DPAC_KERNELS_QUANTIZER_INL_H_
#else
#define DPAC_KERNELS_QUANTIZER_INL_H_
#endif

#include <cmath>

#include <hwy/highway.h>

#include "kernels/quantizer.h"

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Half to even. Highway's portable Round() adds 0.5 and truncates, which takes 0.49999997 to 1.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V round_half_even(D d, V v) {
#if HWY_TARGET == HWY_EMU128
  HWY_ALIGN float lanes[hn::MaxLanes(D())];
  hn::Store(v, d, lanes);
  for (float& lane : lanes) lane = std::nearbyint(lane);
  return hn::Load(d, lanes);
#else
  (void)d;
  return hn::Round(v);
#endif
}

/// The larger and the smaller of two, b if they are equal or one is no number: as x86 does it, so that
/// instruction sets also agree on the sign of zero.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V larger(D d, V a, V b) {
  (void)d;
#if HWY_TARGET == HWY_EMU128
  return hn::IfThenElse(hn::Gt(a, b), a, b);
#else
  return hn::Max(a, b);
#endif
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V smaller(D d, V a, V b) {
  (void)d;
#if HWY_TARGET == HWY_EMU128
  return hn::IfThenElse(hn::Lt(a, b), a, b);
#else
  return hn::Min(a, b);
#endif
}

/// A quantiser of any number of bits: float in, float out.
template <class D>
class QuantizerVectors {
 public:
  using V = hn::Vec<D>;

  /// With `relu` it is Q(max(v, 0)): no more than a higher smallest code.
  HWY_INLINE explicit QuantizerVectors(const Quantizer& quantizer, bool relu = false)
      : inverse_scale_(hn::Set(D(), quantizer.inverse_scale)),
        scale_(hn::Set(D(), quantizer.scale)),
        low_(hn::Set(D(), relu ? HWY_MAX(quantizer.low, 0.0f) : quantizer.low)),
        high_(hn::Set(D(), quantizer.high)) {}

  /// The code before it is rounded. To clamp first is the same, for the bounds are whole numbers.
  HWY_INLINE V clamped(V v) const {
    const D d;
    return smaller(d, larger(d, hn::Mul(v, inverse_scale_), low_), high_);
  }

  HWY_INLINE V code(V v) const { return round_half_even(D(), clamped(v)); }

  /// Q(v), but for identities, whose codes are zeros.
  HWY_INLINE V value(V v) const { return hn::Mul(code(v), scale_); }

 private:
  V inverse_scale_, scale_, low_, high_;
};

/// Where the straight-through gradient passes, as mark_inside().
template <class D>
HWY_INLINE hn::Mask<D> inside(D d, const Quantizer& quantizer, hn::Vec<D> v) {
  if (quantizer.is_identity()) return hn::FirstN(d, hn::MaxLanes(d));
  return hn::And(hn::Ge(v, hn::Set(d, quantizer.min)), hn::Le(v, hn::Set(d, quantizer.max)));
}

/// A quantiser of at most 8 bits whose codes are stored as bytes, u = code - low. Not an identity; |low| <
/// 2^22.
template <class D>
class ByteQuantizer {
  using DU = hn::RebindToUnsigned<D>;
  using DI = hn::RebindToSigned<D>;
  // 1.5 * 2^23: added to a code, it leaves no room for a fraction, and it is even: ties are those of the
  // code.
  static constexpr float kShift = 12582912.0f;
  static constexpr int32_t kShiftBits = 0x4B400000;

 public:
  using V = hn::Vec<D>;
  using Bytes = hn::Vec<hn::Rebind<uint8_t, D>>;

  HWY_INLINE explicit ByteQuantizer(const Quantizer& quantizer, bool relu = false)
      : quantizer_(quantizer, relu),
        scale_(hn::Set(D(), quantizer.scale)),
        low_(hn::Set(DI(), static_cast<int32_t>(quantizer.low))),
        zero_bits_(hn::Set(DU(), static_cast<uint32_t>(kShiftBits + static_cast<int32_t>(quantizer.low)))) {}

  HWY_INLINE Bytes bytes(V v) const {
    const V shifted = hn::Add(quantizer_.clamped(v), hn::Set(D(), kShift));
    return hn::U8FromU32(hn::Sub(hn::BitCast(DU(), shifted), zero_bits_));
  }

  HWY_INLINE V values(Bytes bytes) const {
    return hn::Mul(hn::ConvertTo(D(), hn::Add(hn::PromoteTo(DI(), bytes), low_)), scale_);
  }

 private:
  QuantizerVectors<D> quantizer_;
  V scale_;
  hn::Vec<DI> low_;
  hn::Vec<DU> zero_bits_;
};

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#endif
