#include "kernels/analog_epilogue.h"

#include <algorithm>

#include "kernels/epilogue_variants.h"
#include "kernels/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/analog_epilogue.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/analog_epilogue-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {

void analog_epilogue_body(const AnalogEpilogue& epilogue, const NoiseKey& key, const float* src, float* dst,
                          float* sum_squares) {
  run_variant<false>(epilogue, key, src, dst, sum_squares);
}

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dpac {

HWY_EXPORT(analog_epilogue_body);

void run_analog_epilogue(const AnalogEpilogue& epilogue, const NoiseKey& key, const float* src, float* dst,
                         float* sum_squares) {
  if (is_smooth(epilogue.activation)) return run_smooth_epilogue(epilogue, key, src, dst, sum_squares);
  if (epilogue.passes != nullptr || epilogue.sum_passes != nullptr) {
    return run_recorded_epilogue(epilogue, key, src, dst, sum_squares);
  }
  DPAC_DISPATCH_BLOCKS(analog_epilogue_body, epilogue.map.block)(epilogue, key, src, dst, sum_squares);
}

void clear_padding(const BlockedMap& map, float* values) {
  const int64_t used = map.channels % map.block;
  if (used == 0) return;
  float* last = values + (map.blocks() - 1) * map.pixels * map.block;
  for (int64_t p = 0; p < map.pixels; ++p)
    std::fill(last + p * map.block + used, last + (p + 1) * map.block, 0.0f);
}

}  // namespace dpac
#endif
