// Vectors of values in memory, whichever type they are stored in; compiled once per target. Lanes are
// float32.
#if defined(DPAC_KERNELS_BFLOAT16_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef DPAC_KERNELS_BFLOAT16_INL_H_
#undef DPAC_KERNELS_BFLOAT16_INL_H_
#else
#define DPAC_KERNELS_BFLOAT16_INL_H_
#endif

#include <hwy/highway.h>

#include "kernels/bfloat16.h"

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class D>
HWY_INLINE hn::Vec<D> load_values(D d, const float* src) {
  return hn::LoadU(d, src);
}

template <class D>
HWY_INLINE hn::Vec<D> load_values(D d, const Bfloat16* src) {
  const hn::RebindToUnsigned<D> du;
  const hn::Rebind<uint16_t, D> halves;
  const auto bits = hn::LoadU(halves, reinterpret_cast<const uint16_t*>(src));
  return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(du, bits)));
}

/// Stores the lanes and returns what they are in memory.
template <class D>
HWY_INLINE hn::Vec<D> store_values(D d, hn::Vec<D> values, float* dst) {
  hn::StoreU(values, d, dst);
  return values;
}

/// In integers rather than by an instruction of AVX512_BF16, which takes denormals for zeros.
template <class D>
HWY_INLINE hn::Vec<D> store_values(D d, hn::Vec<D> values, Bfloat16* dst) {
  const hn::RebindToUnsigned<D> du;
  const hn::Rebind<uint16_t, D> halves;
  const auto bits = hn::BitCast(du, values);
  const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(du, 1));
  const auto rounded = hn::ShiftRight<16>(hn::Add(hn::Add(bits, hn::Set(du, 0x7FFF)), odd));
  const auto packed = hn::DemoteTo(halves, hn::BitCast(hn::RebindToSigned<D>(), rounded));
  hn::StoreU(packed, halves, reinterpret_cast<uint16_t*>(dst));
  return hn::BitCast(d, hn::ShiftLeft<16>(rounded));
}

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#endif
