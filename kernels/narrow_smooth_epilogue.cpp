#include "kernels/epilogue_variants.h"
#include "kernels/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/narrow_smooth_epilogue.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/analog_epilogue-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {

void narrow_smooth_epilogue_body(const AnalogEpilogue& epilogue, const NoiseKey& key, const Bfloat16* src,
                                 Bfloat16* dst, float* sum_squares) {
  run_smooth_variant(epilogue, key, src, dst, sum_squares);
}

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dpac {

HWY_EXPORT(narrow_smooth_epilogue_body);

void run_narrow_smooth_epilogue(const AnalogEpilogue& epilogue, const NoiseKey& key, const Bfloat16* src,
                                Bfloat16* dst, float* sum_squares) {
  DPAC_DISPATCH_BLOCKS(narrow_smooth_epilogue_body, epilogue.map.block)(epilogue, key, src, dst, sum_squares);
}

}  // namespace dpac
#endif
