#include "kernels/quantizer.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "kernels/error.h"
#include "kernels/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/quantizer.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/quantizer-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {

void quantize_values_body(const Quantizer& quantizer, int64_t count, const float* src, float* dst) {
  const hn::CappedTag<float, 16> d;
  constexpr auto kLanes = static_cast<int64_t>(hn::MaxLanes(d));
  const QuantizerVectors<decltype(d)> vectors(quantizer);
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) hn::StoreU(vectors.value(hn::LoadU(d, src + i)), d, dst + i);
  HWY_ALIGN float last[kLanes] = {};
  std::copy(src + i, src + count, last);
  hn::Store(vectors.value(hn::Load(d, last)), d, last);
  std::copy_n(last, count - i, dst + i);
}

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dpac {

HWY_EXPORT(quantize_values_body);

int64_t levels_of(double bits) {
  if (!(bits >= kFewestBits && bits <= kMostBits)) {
    throw Error(
        fmt::format("a quantiser takes {} to {} bits, but {} were asked for", kFewestBits, kMostBits, bits));
  }
  return std::llround(std::exp2(bits));
}

Quantizer make_quantizer(double min, double max, int64_t levels) {
  if (!(min <= max) || !std::isfinite(static_cast<float>(min)) || !std::isfinite(static_cast<float>(max))) {
    throw Error(
        fmt::format("a quantiser's range must be finite and not empty, but it is [{}, {}]", min, max));
  }
  constexpr int64_t kMostLevels = int64_t{1} << 24;
  if (levels < 2 || levels > kMostLevels) {
    throw Error(fmt::format("a quantiser takes 2 to {} levels, but {} were asked for", kMostLevels, levels));
  }
  const double steps = static_cast<double>(levels - 1);
  const double scale = (max - min) / steps;
  // Also a point: a range so narrow that the step, its inverse or the codes are beyond float32.
  if (!(scale >= static_cast<double>(std::numeric_limits<float>::min()))) return {};
  const double low = std::nearbyint(min / scale);
  const double high = std::min(low + steps, std::nearbyint(max / scale));
  if (std::max(std::abs(low), std::abs(high)) > static_cast<double>(kMostLevels)) return {};
  return {.scale = static_cast<float>(scale),
          .inverse_scale = static_cast<float>(1 / scale),
          .low = static_cast<float>(low),
          .high = static_cast<float>(high),
          .min = static_cast<float>(min),
          .max = static_cast<float>(max)};
}

void mark_inside(const Quantizer& quantizer, int64_t count, const float* src, uint8_t* bits) {
  assert(count % 8 == 0);
  for (int64_t i = 0; i < count; i += 8) {
    uint32_t byte = 0;
    for (int64_t j = 0; j < 8; ++j) {
      const float value = src[i + j];
      const bool inside = quantizer.is_identity() || (value >= quantizer.min && value <= quantizer.max);
      byte |= static_cast<uint32_t>(inside) << j;
    }
    bits[i / 8] = static_cast<uint8_t>(byte);
  }
}

void quantize_values(const Quantizer& quantizer, int64_t count, const float* src, float* dst) {
  assert(count >= 0);
  if (!quantizer.is_identity()) {
    DPAC_DISPATCH(quantize_values_body)(quantizer, count, src, dst);
  } else if (src != dst) {
    std::copy_n(src, count, dst);
  }
}

}  // namespace dpac
#endif
