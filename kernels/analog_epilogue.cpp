#include "kernels/analog_epilogue.h"

#include <algorithm>
#include <cassert>

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

namespace {

/// What kernels/analog_epilogue.h asks of its callers.
void check([[maybe_unused]] const AnalogEpilogue& e) {
  assert(e.map.is_valid());
  for ([[maybe_unused]] const PixelRun& run : e.runs) {
    assert(run.begin >= 0 && run.begin <= run.end && run.end <= e.map.pixels);
    assert(run.gain_row >= 0);
    [[maybe_unused]] const int64_t offset = e.elements.offset;
    assert(e.elements.count == 0 || (run.begin + offset >= 0 && run.end + offset <= e.elements.count));
  }
  assert(e.repeats == nullptr || e.gains != nullptr);
  assert(e.floors == nullptr || e.gains != nullptr);
  [[maybe_unused]] const bool smooth = is_smooth(e.activation);
  assert(!smooth || (e.residual == nullptr && e.passes == nullptr && e.sum_passes == nullptr));
  assert(smooth || e.slopes == nullptr);
  assert(e.residual != nullptr || e.sum_passes == nullptr);
}

}  // namespace

void run_analog_epilogue(const AnalogEpilogue& epilogue, const NoiseKey& key, const float* src, float* dst,
                         float* sum_squares) {
  check(epilogue);
  assert(src != nullptr && dst != nullptr);
  if (is_smooth(epilogue.activation)) return run_smooth_epilogue(epilogue, key, src, dst, sum_squares);
  if (epilogue.passes != nullptr || epilogue.sum_passes != nullptr) {
    return run_recorded_epilogue(epilogue, key, src, dst, sum_squares);
  }
  DPAC_DISPATCH_BLOCKS(analog_epilogue_body, epilogue.map.block)(epilogue, key, src, dst, sum_squares);
}

void run_analog_epilogue(const AnalogEpilogue& epilogue, const NoiseKey& key, const Bfloat16* src,
                         Bfloat16* dst, float* sum_squares) {
  check(epilogue);
  assert(src != nullptr && dst != nullptr);
  assert(epilogue.passes == nullptr && epilogue.sum_passes == nullptr && epilogue.slopes == nullptr);
  if (is_smooth(epilogue.activation)) {
    return run_narrow_smooth_epilogue(epilogue, key, src, dst, sum_squares);
  }
  run_narrow_epilogue(epilogue, key, src, dst, sum_squares);
}

void clear_padding(const BlockedMap& map, float* values) {
  assert(map.is_valid());
  const int64_t used = map.channels % map.block;
  if (used == 0) return;
  float* last = values + (map.blocks() - 1) * map.pixels * map.block;
  for (int64_t p = 0; p < map.pixels; ++p)
    std::fill(last + p * map.block + used, last + (p + 1) * map.block, 0.0f);
}

}  // namespace dpac
#endif
