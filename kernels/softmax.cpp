#include "kernels/softmax.h"

#include <algorithm>
#include <cassert>
#include <limits>

#include "kernels/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/softmax.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/channel_sum-inl.h"
#include "kernels/elementary-inl.h"
#include "kernels/mask_bits-inl.h"
#include "kernels/quantizer-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {

using Row = hn::CappedTag<float, kRowUnit>;
constexpr auto kRowLanes = static_cast<int64_t>(hn::MaxLanes(Row()));
static_assert(kRowUnit == kChannelGroup);

class SoftmaxPass {
  using V = hn::Vec<Row>;
  using Lanes = hn::Mask<Row>;

 public:
  HWY_INLINE explicit SoftmaxPass(const Softmax& how)
      : how_(how),
        stride_(padded_row(how.columns)),
        scaled_quantizer_(how.scaled_quantizer),
        quantizer_(how.quantizer) {}

  HWY_INLINE void row(int64_t r, const float* src, float* dst) const {
    const Row d;
    const int64_t first = r * stride_;
    const V greatest = scale(first, src, dst);
    const float sum = sum_of_row(how_.real, [&](int64_t c, V before) HWY_ATTR {
      const V exponent = hn::Sub(hn::LoadU(d, dst + first + c), greatest);
      const V value = hn::IfThenElseZero(real_lanes(c), exponential(d, exponent));
      hn::StoreU(value, d, dst + first + c);
      return hn::Add(before, value);
    });
    const V inverse_sum = hn::Set(d, 1.0f / sum);
    for (int64_t c = 0; c < how_.real; c += kRowLanes) finish(c, first + c, inverse_sum, dst);
    clear(first, dst);
  }

 private:
  HWY_INLINE Lanes real_lanes(int64_t c) const {
    return hn::FirstN(Row(), static_cast<size_t>(std::clamp<int64_t>(how_.real - c, 0, kRowLanes)));
  }

  /// dst = Q1(scale * src); returns the largest, in all lanes.
  HWY_INLINE V scale(int64_t first, const float* src, float* dst) const {
    const Row d;
    const V lowest = hn::Set(d, -std::numeric_limits<float>::infinity());
    V greatest = lowest;
    for (int64_t c = 0; c < padded_row(how_.real); c += kRowLanes) {
      const Lanes real = real_lanes(c);
      const V exact = hn::Mul(hn::LoadU(d, src + first + c), hn::Set(d, how_.scale));
      const V z = quantised(how_.scaled_quantizer, scaled_quantizer_, exact);
      record(how_.scaled_quantizer, exact, real, first + c, how_.scaled_passes);
      hn::StoreU(z, d, dst + first + c);
      greatest = larger(d, greatest, hn::IfThenElse(real, z, lowest));
    }
    return hn::MaxOfLanes(d, greatest);
  }

  HWY_INLINE void finish(int64_t c, int64_t element, V inverse_sum, float* dst) const {
    const Row d;
    const Lanes real = real_lanes(c);
    const V exact = hn::Mul(hn::LoadU(d, dst + element), inverse_sum);
    const V p = quantised(how_.quantizer, quantizer_, exact);
    if (how_.exact != nullptr) hn::StoreU(hn::IfThenElseZero(real, exact), d, how_.exact + element);
    record(how_.quantizer, exact, real, element, how_.passes);
    hn::StoreU(hn::IfThenElseZero(real, p), d, dst + element);
  }

  /// The vectors that hold no real column.
  HWY_INLINE void clear(int64_t first, float* dst) const {
    const Row d;
    const Lanes none = hn::FirstN(d, 0);
    const int64_t used = (how_.real + kRowLanes - 1) / kRowLanes * kRowLanes;
    for (int64_t c = used; c < stride_; c += kRowLanes) {
      hn::StoreU(hn::Zero(d), d, dst + first + c);
      if (how_.exact != nullptr) hn::StoreU(hn::Zero(d), d, how_.exact + first + c);
      if (how_.scaled_passes != nullptr) store_bits(d, none, first + c, how_.scaled_passes);
      if (how_.passes != nullptr) store_bits(d, none, first + c, how_.passes);
    }
  }

  /// Q(v), but what is no number stays none.
  static HWY_INLINE V quantised(const Quantizer& quantizer, const QuantizerVectors<Row>& vectors, V v) {
    if (quantizer.is_identity()) return v;
    return hn::IfThenElse(hn::IsNaN(v), v, vectors.value(v));
  }

  static HWY_INLINE void record(const Quantizer& quantizer, V v, Lanes real, int64_t element, uint8_t* bits) {
    if (bits != nullptr) store_bits(Row(), hn::And(real, inside(Row(), quantizer, v)), element, bits);
  }

  const Softmax how_;  // A copy, which stores to dst cannot change: nothing has to be loaded again.
  const int64_t stride_;
  const QuantizerVectors<Row> scaled_quantizer_, quantizer_;
};

void softmax_body(const Softmax& how, int64_t rows, const float* src, float* dst) {
  const SoftmaxPass pass(how);
  for (int64_t r = 0; r < rows; ++r) pass.row(r, src, dst);
}

/// Zero where `bits`, if any, are not set.
HWY_INLINE hn::Vec<Row> passed(const uint8_t* bits, int64_t element, hn::Vec<Row> v) {
  return bits == nullptr ? v : hn::IfThenElseZero(load_bits(Row(), element, bits), v);
}

void softmax_backward_body(const SoftmaxBackward& how, int64_t rows, float* gradient) {
  const Row d;
  const int64_t stride = padded_row(how.columns);
  for (int64_t first = 0; first < rows * stride; first += stride) {
    const float mean = sum_of_row(how.columns, [&](int64_t c, hn::Vec<Row> sum) HWY_ATTR {
      const auto g = passed(how.passes, first + c, hn::LoadU(d, gradient + first + c));
      return fused_multiply_add(d, g, hn::LoadU(d, how.exact + first + c), sum);
    });
    for (int64_t i = first; i < first + stride; i += kRowLanes) {
      const auto g = passed(how.passes, i, hn::LoadU(d, gradient + i));
      const auto dz = hn::Mul(hn::LoadU(d, how.exact + i), hn::Sub(g, hn::Set(d, mean)));
      hn::StoreU(passed(how.scaled_passes, i, hn::Mul(dz, hn::Set(d, how.scale))), d, gradient + i);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dpac {

HWY_EXPORT(softmax_body);
HWY_EXPORT(softmax_backward_body);

void softmax(const Softmax& how, int64_t rows, const float* src, float* dst) {
  assert(how.real >= 1 && how.real <= how.columns);
  DPAC_DISPATCH(softmax_body)(how, rows, src, dst);
}

void softmax_backward(const SoftmaxBackward& how, int64_t rows, float* gradient) {
  assert(how.columns > 0 && how.exact != nullptr);
  DPAC_DISPATCH(softmax_backward_body)(how, rows, gradient);
}

}  // namespace dpac
#endif
