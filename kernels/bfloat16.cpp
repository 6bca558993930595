#include "kernels/bfloat16.h"

#include <algorithm>

#include "kernels/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/bfloat16.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/bfloat16-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {

/// Whole vectors, and what is left of them by way of a vector on the stack.
template <class From, class To>
void copy_values(int64_t n, const From* src, To* dst) {
  const hn::ScalableTag<float> d;
  constexpr auto kLanes = static_cast<int64_t>(hn::MaxLanes(d));
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) store_values(d, load_values(d, src + i), dst + i);
  if (i == n) return;
  From rest[kLanes] = {};
  To results[kLanes];
  std::copy(src + i, src + n, rest);
  store_values(d, load_values(d, rest), results);
  std::copy_n(results, n - i, dst + i);
}

void narrow_body(int64_t n, const float* src, Bfloat16* dst) {
  copy_values(n, src, dst);
}

void widen_body(int64_t n, const Bfloat16* src, float* dst) {
  copy_values(n, src, dst);
}

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dpac {

HWY_EXPORT(narrow_body);
HWY_EXPORT(widen_body);

void narrow(int64_t n, const float* src, Bfloat16* dst) {
  DPAC_DISPATCH(narrow_body)(n, src, dst);
}

void widen(int64_t n, const Bfloat16* src, float* dst) {
  DPAC_DISPATCH(widen_body)(n, src, dst);
}

}  // namespace dpac
#endif
