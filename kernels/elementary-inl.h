// exp, GELU, tanh and their derivatives, compiled once per target: additions, fused multiply-adds and at most
// one division, so that all instruction sets give the same bits. What is no number stays none.
//
// The coefficients are minimax fits of our own (iteratively reweighted least squares), rounded to float32;
// where a fit has a quotient, its arguments are clamped to where float32 evaluates it to the limit exactly.
#if defined(DPAC_KERNELS_ELEMENTARY_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef DPAC_KERNELS_ELEMENTARY_INL_H_
#undef DPAC_KERNELS_ELEMENTARY_INL_H_
#else
#define DPAC_KERNELS_ELEMENTARY_INL_H_
#endif

#include <hwy/highway.h>

#include "kernels/activation.h"
#include "kernels/gaussian-inl.h"
#include "kernels/quantizer-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {

/// coefficients[0] + coefficients[1] x + coefficients[2] x^2 + ...
template <class D, size_t N, class V = hn::Vec<D>>
HWY_INLINE V polynomial(D d, V x, const float (&coefficients)[N]) {
  V sum = hn::Set(d, coefficients[N - 1]);
  for (size_t power = N - 1; power-- > 0;) {
    sum = fused_multiply_add(d, sum, x, hn::Set(d, coefficients[power]));
  }
  return sum;
}

/// x within [-bound, bound].
template <class D, class V = hn::Vec<D>>
HWY_INLINE V clamped(D d, V x, float bound) {
  return larger(d, hn::Set(d, -bound), smaller(d, hn::Set(d, bound), x));
}

/// e^x: relative error below 1.2e-7 for x in [-87.33654, 88.375]; zero below, so that there are no denormals,
/// and e^88.375 above.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V exponential(D d, V x) {
  constexpr float kLowest = -87.33654f, kHighest = 88.375f;
  // Added to a number below 2^22, it leaves no room for a fraction, and the whole number in the low bits.
  constexpr float kShift = 12582912.0f;
  constexpr float kLog2E = 1.44269504f, kLn2High = 6.931471825e-01f, kLn2Low = -1.904654300e-09f;
  // e^r on |r| <= ln(2) / 2: relative error 3.1e-9.
  constexpr float kPowers[] = {
      1.0f, 1.0f, 4.999999404e-01f, 1.666652113e-01f, 4.166838899e-02f, 8.368745446e-03f, 1.381453825e-03f};
  const hn::RebindToUnsigned<D> du;
  const V bounded = smaller(d, hn::Set(d, kHighest), x);
  const V shifted = fused_multiply_add(d, bounded, hn::Set(d, kLog2E), hn::Set(d, kShift));
  const V whole = hn::Sub(shifted, hn::Set(d, kShift));
  V r = fused_multiply_add(d, whole, hn::Set(d, -kLn2High), bounded);
  r = fused_multiply_add(d, whole, hn::Set(d, -kLn2Low), r);
  const auto exponent = hn::ShiftLeft<23>(hn::BitCast(du, shifted));
  const V scale = hn::BitCast(d, hn::Add(exponent, hn::BitCast(du, hn::Set(d, 1.0f))));
  return hn::IfThenZeroElse(hn::Lt(x, hn::Set(d, kLowest)), hn::Mul(polynomial(d, r, kPowers), scale));
}

/// Beyond, cumulative_normal() is 0 or 1.
inline constexpr float kNormalBound = 5.19120073f;

/// Phi(x), the normal distribution's cumulative function: absolute error below 2e-7.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V cumulative_normal(D d, V x) {
  // Phi(x) - 1/2 = x P(x^2) / Q(x^2) on |x| <= 5.28: absolute error 3.9e-9.
  constexpr float kP[] = {3.989422619e-01f, 3.285394236e-02f, 4.623848479e-03f,
                          1.595994545e-04f, 6.384085282e-06f, 2.418527778e-08f};
  constexpr float kQ[] = {
      1.0f, 2.490188777e-01f, 2.809420228e-02f, 1.832458540e-03f, 7.116615598e-05f, 1.241427412e-06f};
  const V bounded = clamped(d, x, kNormalBound);
  const V square = hn::Mul(bounded, bounded);
  const V quotient = hn::Div(hn::Mul(bounded, polynomial(d, square, kP)), polynomial(d, square, kQ));
  return hn::Add(hn::Set(d, 0.5f), quotient);
}

/// x Phi(x): absolute error below 3e-7 max(1, |x|). Zero from -kNormalBound down to -infinity.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V gelu(D d, V x) {
  return hn::Mul(larger(d, hn::Set(d, -kNormalBound), x), cumulative_normal(d, x));
}

/// Phi(x) + x phi(x), phi the normal distribution's density: absolute error below 4e-7.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V gelu_slope(D d, V x) {
  constexpr float kInverseRootTwoPi = 3.98942280e-01f;
  constexpr float kDensityBound = 14.0f;  // Beyond, the density's exponential is zero.
  const V bounded = clamped(d, x, kDensityBound);
  const V density = exponential(d, hn::Mul(hn::Mul(bounded, bounded), hn::Set(d, -0.5f)));
  return fused_multiply_add(d, hn::Mul(bounded, hn::Set(d, kInverseRootTwoPi)), density,
                            cumulative_normal(d, x));
}

/// tanh(x): relative error below 4e-7.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V hyperbolic_tangent(D d, V x) {
  constexpr float kBound = 8.09569263f;  // Beyond, it is -1 or 1.
  // tanh(x) = x P(x^2) / Q(x^2) on |x| <= 8.58: relative error 1.3e-8.
  constexpr float kP[] = {1.0f, 1.340815723e-01f, 3.527934896e-03f, 2.114819472e-05f, 1.411978623e-08f};
  constexpr float kQ[] = {1.0f, 4.674147964e-01f, 2.599970438e-02f, 3.338800452e-04f, 8.085553418e-07f};
  const V bounded = clamped(d, x, kBound);
  const V square = hn::Mul(bounded, bounded);
  return hn::Div(hn::Mul(bounded, polynomial(d, square, kP)), polynomial(d, square, kQ));
}

/// 1 - tanh(x)^2: absolute error below 8e-7.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V hyperbolic_tangent_slope(D d, V x) {
  const V tangent = hyperbolic_tangent(d, x);
  return fused_multiply_add(d, hn::Neg(tangent), tangent, hn::Set(d, 1.0f));
}

/// 1 / (1 + e^-x): relative error below 3e-7 above -87.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V logistic(D d, V x) {
  const V one = hn::Set(d, 1.0f);
  return hn::Div(one, hn::Add(one, exponential(d, hn::Neg(x))));
}

/// x / (1 + e^-x); zero where e^-x leaves the range of float32.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V swish(D d, V x) {
  constexpr float kLowest = -88.375f;
  return hn::Mul(larger(d, hn::Set(d, kLowest), x), logistic(d, x));
}

/// s + x s (1 - s), where s is the logistic function.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V swish_slope(D d, V x) {
  constexpr float kBound = 88.375f;
  const V s = logistic(d, x);
  const V rest = hn::Mul(s, hn::Sub(hn::Set(d, 1.0f), s));
  return fused_multiply_add(d, clamped(d, x, kBound), rest, s);
}

/// min(max(x / 6 + 1/2, 0), 1).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V hard_logistic(D d, V x) {
  const V line = fused_multiply_add(d, x, hn::Set(d, 1.0f / 6), hn::Set(d, 0.5f));
  return larger(d, hn::Zero(d), smaller(d, hn::Set(d, 1.0f), line));
}

/// 1/6 where its value lies between 0 and 1, else 0.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V hard_logistic_slope(D d, V x) {
  return hn::IfThenElseZero(hn::Lt(hn::Abs(x), hn::Set(d, 3.0f)), hn::Set(d, 1.0f / 6));
}

/// x / 3 + 1/2 between -3 and 3, 0 below and 1 above.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V hard_swish_slope(D d, V x) {
  const V line = fused_multiply_add(d, x, hn::Set(d, 1.0f / 3), hn::Set(d, 0.5f));
  const V above = hn::IfThenElse(hn::Ge(x, hn::Set(d, 3.0f)), hn::Set(d, 1.0f), line);
  return hn::IfThenZeroElse(hn::Le(x, hn::Set(d, -3.0f)), above);
}

/// A smooth activation.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V activated(D d, Activation activation, V x) {
  switch (activation) {
    case Activation::gelu:
      return gelu(d, x);
    case Activation::sigmoid:
      return logistic(d, x);
    case Activation::silu:
      return swish(d, x);
    case Activation::hard_sigmoid:
      return hard_logistic(d, x);
    case Activation::hard_swish:
      return hn::Mul(x, hard_logistic(d, x));
    default:
      return hyperbolic_tangent(d, x);
  }
}

/// Its derivative.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V activation_slope(D d, Activation activation, V x) {
  switch (activation) {
    case Activation::gelu:
      return gelu_slope(d, x);
    case Activation::sigmoid: {
      const V s = logistic(d, x);
      return hn::Mul(s, hn::Sub(hn::Set(d, 1.0f), s));
    }
    case Activation::silu:
      return swish_slope(d, x);
    case Activation::hard_sigmoid:
      return hard_logistic_slope(d, x);
    case Activation::hard_swish:
      return hard_swish_slope(d, x);
    default:
      return hyperbolic_tangent_slope(d, x);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#endif
