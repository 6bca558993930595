#include "kernels/elementwise.h"

#include <algorithm>
#include <cassert>

#include "kernels/layout.h"
#include "kernels/noise_key.h"
#include "kernels/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/elementwise.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/elementary-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {

// No longer than the shortest block, so that one body serves all layouts; these passes wait for memory.
using Lanes = hn::CappedTag<float, 8>;
constexpr auto kLanes = static_cast<int64_t>(hn::MaxLanes(Lanes()));

template <class Function>
HWY_INLINE void for_vectors(int64_t count, const Function& function) {
  for (int64_t i = 0; i < count; i += kLanes) function(i);
}

void add_values_body(int64_t count, const float* a, const float* b, float* dst) {
  const Lanes d;
  for_vectors(count,
              [=](int64_t i) { hn::StoreU(hn::Add(hn::LoadU(d, a + i), hn::LoadU(d, b + i)), d, dst + i); });
}

void multiply_values_body(int64_t count, const float* a, const float* b, float* dst) {
  const Lanes d;
  for_vectors(count,
              [=](int64_t i) { hn::StoreU(hn::Mul(hn::LoadU(d, a + i), hn::LoadU(d, b + i)), d, dst + i); });
}

void divide_values_body(int64_t count, const float* a, const float* b, float* dst) {
  const Lanes d;
  for_vectors(count,
              [=](int64_t i) { hn::StoreU(hn::Div(hn::LoadU(d, a + i), hn::LoadU(d, b + i)), d, dst + i); });
}

void add_products_body(int64_t count, const float* a, const float* b, float* dst) {
  const Lanes d;
  for_vectors(count, [=](int64_t i) {
    hn::StoreU(fused_multiply_add(d, hn::LoadU(d, a + i), hn::LoadU(d, b + i), hn::LoadU(d, dst + i)), d,
               dst + i);
  });
}

void scale_lanes_body(int64_t pixels, int block, const float* src, const float* scale, const float* shift,
                      float* dst) {
  const Lanes d;
  for (int64_t i = 0; i < block; i += kLanes) {
    const auto factor = hn::LoadU(d, scale + i);
    const auto term = shift == nullptr ? hn::Zero(d) : hn::LoadU(d, shift + i);
    for (int64_t at = i; at < pixels * block; at += block) {
      const auto x = hn::LoadU(d, src + at);
      hn::StoreU(shift == nullptr ? hn::Mul(x, factor) : fused_multiply_add(d, x, factor, term), d, dst + at);
    }
  }
}

void add_scaled_lanes_body(int64_t pixels, int block, const float* src, bool one_pixel, const float* scale,
                           float* dst) {
  const Lanes d;
  for (int64_t i = 0; i < block; i += kLanes) {
    const auto factor = hn::LoadU(d, scale + i);
    for (int64_t at = i; at < pixels * block; at += block) {
      const auto x = hn::LoadU(d, src + (one_pixel ? i : at));
      hn::StoreU(fused_multiply_add(d, x, factor, hn::LoadU(d, dst + at)), d, dst + at);
    }
  }
}

void add_lane_products_body(int64_t pixels, int block, const float* a, const float* b, float* sums) {
  const Lanes d;
  for (int64_t i = 0; i < block; i += kLanes) {
    auto sum = hn::LoadU(d, sums + i);
    for (int64_t at = i; at < pixels * block; at += block) {
      sum = fused_multiply_add(d, hn::LoadU(d, a + at), hn::LoadU(d, b + at), sum);
    }
    hn::StoreU(sum, d, sums + i);
  }
}

/// The piecewise linear ones.
class Rectifier {
  using V = hn::Vec<Lanes>;

 public:
  explicit Rectifier(const PointwiseActivation& a)
      : scale_(hn::Set(Lanes(), a.scale)),
        shift_(hn::Set(Lanes(), a.shift)),
        below_(hn::Set(Lanes(), a.slope_below)),
        low_(hn::Set(Lanes(), a.low)),
        high_(hn::Set(Lanes(), a.high)) {}

  HWY_INLINE V value(V x) const { return smaller(Lanes(), larger(Lanes(), bent(line(x)), low_), high_); }

  HWY_INLINE V slope(V x) const {
    const V y = line(x), inside = bent(y);
    const V slope = hn::IfThenElse(hn::Gt(y, hn::Zero(Lanes())), scale_, hn::Mul(scale_, below_));
    return hn::IfThenElseZero(hn::And(hn::Gt(inside, low_), hn::Lt(inside, high_)), slope);
  }

 private:
  HWY_INLINE V line(V x) const { return fused_multiply_add(Lanes(), x, scale_, shift_); }
  HWY_INLINE V bent(V y) const { return hn::IfThenElse(hn::Lt(y, hn::Zero(Lanes())), hn::Mul(y, below_), y); }

  V scale_, shift_, below_, low_, high_;
};

void activate_values_body(const PointwiseActivation& a, int64_t count, const float* src, float* dst,
                          float* slopes) {
  const Lanes d;
  if (a.function != Activation::none) {
    for_vectors(count, [&](int64_t i) {
      const auto x = hn::LoadU(d, src + i);
      if (slopes != nullptr) hn::StoreU(activation_slope(d, a.function, x), d, slopes + i);
      hn::StoreU(activated(d, a.function, x), d, dst + i);
    });
    return;
  }
  const Rectifier rectifier(a);
  for_vectors(count, [&](int64_t i) {
    const auto x = hn::LoadU(d, src + i);
    if (slopes != nullptr) hn::StoreU(rectifier.slope(x), d, slopes + i);
    hn::StoreU(rectifier.value(x), d, dst + i);
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dpac {

HWY_EXPORT(add_values_body);
HWY_EXPORT(multiply_values_body);
HWY_EXPORT(divide_values_body);
HWY_EXPORT(add_products_body);
HWY_EXPORT(scale_lanes_body);
HWY_EXPORT(add_scaled_lanes_body);
HWY_EXPORT(add_lane_products_body);
HWY_EXPORT(activate_values_body);

namespace {

constexpr int64_t kStep = 8;

}  // namespace

void add_values(int64_t count, const float* a, const float* b, float* dst) {
  assert(count % kStep == 0);
  DPAC_DISPATCH(add_values_body)(count, a, b, dst);
}

void multiply_values(int64_t count, const float* a, const float* b, float* dst) {
  assert(count % kStep == 0);
  DPAC_DISPATCH(multiply_values_body)(count, a, b, dst);
}

void divide_values(int64_t count, const float* a, const float* b, float* dst) {
  assert(count % kStep == 0);
  DPAC_DISPATCH(divide_values_body)(count, a, b, dst);
}

void add_products(int64_t count, const float* a, const float* b, float* dst) {
  assert(count % kStep == 0);
  DPAC_DISPATCH(add_products_body)(count, a, b, dst);
}

void scale_lanes(int64_t pixels, int block, const float* src, const float* scale, const float* shift,
                 float* dst) {
  assert(block % kStep == 0);
  DPAC_DISPATCH(scale_lanes_body)(pixels, block, src, scale, shift, dst);
}

void add_scaled_lanes(int64_t pixels, int block, const float* src, bool one_pixel, const float* scale,
                      float* dst) {
  assert(block % kStep == 0);
  DPAC_DISPATCH(add_scaled_lanes_body)(pixels, block, src, one_pixel, scale, dst);
}

void add_lane_products(int64_t pixels, int block, const float* a, const float* b, float* sums) {
  assert(block % kStep == 0);
  DPAC_DISPATCH(add_lane_products_body)(pixels, block, a, b, sums);
}

void activate_values(const PointwiseActivation& activation, int64_t count, const float* src, float* dst,
                     float* slopes) {
  assert(count % kStep == 0);
  assert(activation.function == Activation::none || is_smooth(activation.function));
  DPAC_DISPATCH(activate_values_body)(activation, count, src, dst, slopes);
}

}  // namespace dpac
#endif
