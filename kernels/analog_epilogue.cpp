#include "kernels/analog_epilogue.h"

#include <algorithm>

#include "kernels/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/analog_epilogue.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/analog_epilogue-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {

template <class D, bool kNoise, bool kQuantized>
void pass(const AnalogEpilogue& e, const NoiseKey& key, const float* src, float* dst, float* sum_squares) {
  if (e.passes != nullptr || e.sum_passes != nullptr) {
    return EpiloguePass<D, kNoise, kQuantized, true, false>(e, key, src, dst, sum_squares).run();
  }
  EpiloguePass<D, kNoise, kQuantized, false, false>(e, key, src, dst, sum_squares).run();
}

template <class D>
void pass(const AnalogEpilogue& e, const NoiseKey& key, const float* src, float* dst, float* sum_squares) {
  // Beside a smooth activation nothing else is worth a variant of its own.
  if (is_smooth(e.activation)) {
    if (e.gains == nullptr) {
      return EpiloguePass<D, false, true, true, true>(e, key, src, dst, sum_squares).run();
    }
    return EpiloguePass<D, true, true, true, true>(e, key, src, dst, sum_squares).run();
  }
  const bool quantized = !e.quantizer.is_identity() || !e.result_quantizer.is_identity();
  if (e.gains == nullptr) {
    if (quantized) return pass<D, false, true>(e, key, src, dst, sum_squares);
    return pass<D, false, false>(e, key, src, dst, sum_squares);
  }
  if (quantized) return pass<D, true, true>(e, key, src, dst, sum_squares);
  pass<D, true, false>(e, key, src, dst, sum_squares);
}

void analog_epilogue_body(const AnalogEpilogue& epilogue, const NoiseKey& key, const float* src, float* dst,
                          float* sum_squares) {
  if (epilogue.map.block == 8) {
    pass<hn::CappedTag<float, 8>>(epilogue, key, src, dst, sum_squares);
  } else {
    pass<hn::CappedTag<float, 16>>(epilogue, key, src, dst, sum_squares);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dpac {

HWY_EXPORT(analog_epilogue_body);

void run_analog_epilogue(const AnalogEpilogue& epilogue, const NoiseKey& key, const float* src, float* dst,
                         float* sum_squares) {
  DPAC_DISPATCH(analog_epilogue_body)(epilogue, key, src, dst, sum_squares);
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
