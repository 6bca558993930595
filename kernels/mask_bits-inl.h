// Masks of neighbouring elements as bits in memory: element e is bit e mod 8 of byte e / 8, whatever the
// vectors' length.
#if defined(DPAC_KERNELS_MASK_BITS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef DPAC_KERNELS_MASK_BITS_INL_H_
#undef DPAC_KERNELS_MASK_BITS_INL_H_
#else
#define DPAC_KERNELS_MASK_BITS_INL_H_
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// `element` is a multiple of the lanes. Highway may touch up to 8 bytes from the element's own on.
template <class D>
HWY_INLINE void store_bits(D d, hn::Mask<D> mask, int64_t element, uint8_t* bits) {
  if constexpr (hn::MaxLanes(D()) >= 8) {
    hn::StoreMaskBits(d, mask, bits + element / 8);
  } else {
    constexpr uint32_t kOwn = (1u << hn::MaxLanes(D())) - 1;
    uint8_t own[8] = {};
    hn::StoreMaskBits(d, mask, own);
    const auto shift = static_cast<uint32_t>(element % 8);
    uint8_t& byte = bits[element / 8];
    byte = static_cast<uint8_t>((byte & ~(kOwn << shift)) | (own[0] & kOwn) << shift);
  }
}

template <class D>
HWY_INLINE hn::Mask<D> load_bits(D d, int64_t element, const uint8_t* bits) {
  if constexpr (hn::MaxLanes(D()) >= 8) {
    return hn::LoadMaskBits(d, bits + element / 8);
  } else {
    const uint8_t own[8] = {static_cast<uint8_t>(bits[element / 8] >> (element % 8))};
    return hn::LoadMaskBits(d, own);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#endif
