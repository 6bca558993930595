#include "kernels/depthwise_product.h"

#include <algorithm>
#include <cassert>

#include "kernels/noise_key.h"
#include "kernels/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/depthwise_product.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

class DepthwisePass {
  using D = hn::CappedTag<int32_t, kChannelGroup>;
  using D8 = hn::Rebind<uint8_t, D>;
  static constexpr auto kLanes = static_cast<int64_t>(hn::MaxLanes(D()));

  /// Taps [begin, end) of one axis.
  struct Taps {
    int64_t begin, end;
  };

 public:
  HWY_INLINE DepthwisePass(const DepthwiseProduct& product, const uint8_t* src)
      : p_(product), w_(p_.window), src_(src), low_(hn::Set(D(), product.low)) {}

  HWY_INLINE void run_row(int64_t oy, int32_t* acc) const {
    const int64_t top = oy * w_.stride_rows - w_.pad_top;
    const Taps rows = taps_inside(top, w_.row_step, w_.kernel_height, w_.height);
    for (int64_t ox = 0; ox < w_.out_width; ++ox, acc += p_.channels) {
      const int64_t left = ox * w_.stride_columns - w_.pad_left;
      const Taps columns = taps_inside(left, w_.column_step, w_.kernel_width, w_.width);
      const uint8_t* corner = src_ + (top * w_.width + left) * p_.channels;
      for (int64_t c = 0; c < p_.channels; c += kLanes) {
        hn::StoreU(sum_of(rows, columns, corner + c, p_.weights + c), D(), acc + c);
      }
    }
  }

 private:
  static HWY_INLINE Taps taps_inside(int64_t first, int64_t step, int64_t taps, int64_t size) {
    const int64_t begin = first < 0 ? (-first + step - 1) / step : 0;
    return {begin, std::min(taps, (size - first + step - 1) / step)};
  }

  /// `corner` and `weights` are those of tap (0, 0), which may lie outside.
  HWY_INLINE hn::Vec<D> sum_of(Taps rows, Taps columns, const uint8_t* corner, const int32_t* weights) const {
    const int64_t row_step = w_.row_step * w_.width * p_.channels, column_step = w_.column_step * p_.channels;
    auto sum = hn::Zero(D());
    for (int64_t r = rows.begin; r < rows.end; ++r) {
      for (int64_t s = columns.begin; s < columns.end; ++s) {
        const auto bytes = hn::LoadU(D8(), corner + r * row_step + s * column_step);
        const auto code = hn::Add(hn::PromoteTo(D(), bytes), low_);
        const auto weight = hn::LoadU(D(), weights + (r * w_.kernel_width + s) * p_.channels);
        sum = hn::Add(sum, hn::Mul(code, weight));
      }
    }
    return sum;
  }

  const DepthwiseProduct& p_;
  const PatchWindow& w_;
  const uint8_t* src_;
  const hn::Vec<D> low_;
};

void depthwise_product_body(const DepthwiseProduct& product, int64_t first, int64_t last, const uint8_t* src,
                            int32_t* acc) {
  const DepthwisePass pass(product, src);
  const int64_t row = product.window.out_width * product.channels;
  for (int64_t y = first; y < last; ++y) pass.run_row(y, acc + y * row);
}

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dpac {

HWY_EXPORT(depthwise_product_body);

void run_depthwise_product(const DepthwiseProduct& product, int64_t first, int64_t last, const uint8_t* src,
                           int32_t* acc) {
  assert(product.window.is_valid() && product.channels % kChannelGroup == 0);
  assert(first >= 0 && first <= last && last <= product.window.out_height);
  DPAC_DISPATCH(depthwise_product_body)(product, first, last, src, acc);
}

}  // namespace dpac
#endif
