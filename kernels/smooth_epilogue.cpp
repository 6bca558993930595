#include "kernels/epilogue_variants.h"
#include "kernels/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/smooth_epilogue.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/analog_epilogue-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {

void smooth_epilogue_body(const AnalogEpilogue& epilogue, const NoiseKey& key, const float* src, float* dst,
                          float* sum_squares) {
  run_smooth_variant(epilogue, key, src, dst, sum_squares);
}

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dpac {

HWY_EXPORT(smooth_epilogue_body);

void run_smooth_epilogue(const AnalogEpilogue& epilogue, const NoiseKey& key, const float* src, float* dst,
                         float* sum_squares) {
  DPAC_DISPATCH_BLOCKS(smooth_epilogue_body, epilogue.map.block)(epilogue, key, src, dst, sum_squares);
}

}  // namespace dpac
#endif
