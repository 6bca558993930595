#include "kernels/layer_norm.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "kernels/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/layer_norm.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/channel_sum-inl.h"
#include "kernels/mask_bits-inl.h"
#include "kernels/quantizer-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {

// Few enough that a second look at them finds them in the cache, and enough to read whole lines in a row.
constexpr int64_t kTilePixels = 16;
static_assert(kTilePixels <= ChannelSums::kPixels);

using D = hn::CappedTag<float, kChannelGroup>;
using V = hn::Vec<D>;

/// Calls f(channel, lanes that hold channels, offset of the channel at pixel 0) for every vector of channels.
template <class F>
HWY_INLINE void for_each_vector(const BlockedMap& map, const F& f) {
  const D d;
  constexpr auto kLanes = static_cast<int64_t>(hn::MaxLanes(d));
  for (int64_t c = 0; c < map.padded_channels(); c += kLanes) {
    const auto own = static_cast<size_t>(std::clamp<int64_t>(map.channels - c, 0, kLanes));
    f(c, hn::FirstN(d, own), (c / map.block) * map.pixels * map.block + c % map.block);
  }
}

/// Layer normalisation of tiles of pixels.
class LayerNormPass {
 public:
  HWY_INLINE LayerNormPass(const LayerNorm& norm, const float* src, float* dst, float* sum_squares)
      : n_(norm),
        src_(src),
        dst_(dst),
        sum_squares_(sum_squares),
        quantizer_(norm.quantizer),
        quantized_(!norm.quantizer.is_identity()) {}

  HWY_INLINE void tile(int64_t begin, int64_t end) {
    find_means(begin, end);
    find_inverse_deviations(begin, end);
    if (sum_squares_ != nullptr) sums_.clear(end - begin);
    const D d;
    for_each_vector(n_.map, [&](int64_t c, hn::Mask<D> own, int64_t offset) HWY_ATTR {
      const V gamma = hn::LoadU(d, n_.gamma + c), beta = hn::LoadU(d, n_.beta + c);
      for (int64_t p = begin; p < end; ++p) {
        const V y = finish(p - begin, own, offset + p * n_.map.block, gamma, beta);
        if (sum_squares_ != nullptr) sums_.add(d, p - begin, c, y);
      }
    });
    if (sum_squares_ == nullptr) return;
    for (int64_t p = begin; p < end; ++p) sum_squares_[p] = sums_.total(p - begin);
  }

 private:
  HWY_INLINE void find_means(int64_t begin, int64_t end) {
    const D d;
    sums_.clear(end - begin);
    for_each_vector(n_.map, [&](int64_t c, hn::Mask<D>, int64_t offset) HWY_ATTR {
      for (int64_t p = begin; p < end; ++p) {
        sums_.add_value(d, p - begin, c, hn::LoadU(d, src_ + offset + p * n_.map.block));
      }
    });
    for (int64_t i = 0; i < end - begin; ++i) {
      means_[i] = sums_.total(i) / static_cast<float>(n_.map.channels);
    }
  }

  HWY_INLINE void find_inverse_deviations(int64_t begin, int64_t end) {
    const D d;
    sums_.clear(end - begin);
    for_each_vector(n_.map, [&](int64_t c, hn::Mask<D> own, int64_t offset) HWY_ATTR {
      for (int64_t p = begin; p < end; ++p) {
        sums_.add(d, p - begin, c, centred(p - begin, own, offset + p * n_.map.block));
      }
    });
    for (int64_t i = 0; i < end - begin; ++i) {
      const float variance = sums_.total(i) / static_cast<float>(n_.map.channels);
      inverse_deviations_[i] = 1.0f / std::sqrt(variance + n_.epsilon);
    }
    if (n_.inverse_deviation == nullptr) return;
    std::copy_n(inverse_deviations_, end - begin, n_.inverse_deviation + begin);
  }

  /// x - mean, and zeros beyond the last channel, where x is zero but x - mean is not.
  HWY_INLINE V centred(int64_t pixel, hn::Mask<D> own, int64_t offset) const {
    const D d;
    return hn::IfThenElseZero(own, hn::Sub(hn::LoadU(d, src_ + offset), hn::Set(d, means_[pixel])));
  }

  HWY_INLINE V finish(int64_t pixel, hn::Mask<D> own, int64_t offset, V gamma, V beta) {
    const D d;
    const V normalised = hn::Mul(centred(pixel, own, offset), hn::Set(d, inverse_deviations_[pixel]));
    V y = fused_multiply_add(d, normalised, gamma, beta);
    if (n_.normalised != nullptr) hn::StoreU(normalised, d, n_.normalised + offset);
    if (n_.passes != nullptr) store_bits(d, inside(d, n_.quantizer, y), offset, n_.passes);
    if (quantized_) y = hn::IfThenElseZero(own, quantizer_.value(y));
    hn::StoreU(y, d, dst_ + offset);
    return y;
  }

  const LayerNorm n_;  // A copy, which stores to dst cannot change: nothing has to be loaded again.
  const float* src_;
  float* dst_;
  float* sum_squares_;
  const QuantizerVectors<D> quantizer_;
  const bool quantized_;
  float means_[kTilePixels], inverse_deviations_[kTilePixels];
  ChannelSums sums_;
};

/// The way back of one tile of pixels.
HWY_INLINE void backward_tile(const LayerNormBackward& n, int64_t begin, int64_t end, float* gradient) {
  const D d;
  const auto scaled = [&](int64_t offset, V gamma) HWY_ATTR {
    const V g = hn::Mul(hn::LoadU(d, gradient + offset), gamma);
    return n.passes == nullptr ? g : hn::IfThenElseZero(load_bits(d, offset, n.passes), g);
  };
  ChannelSums sums, products;
  sums.clear(end - begin);
  products.clear(end - begin);
  for_each_vector(n.map, [&](int64_t c, hn::Mask<D>, int64_t offset) HWY_ATTR {
    const V gamma = hn::LoadU(d, n.gamma + c);
    for (int64_t p = begin; p < end; ++p) {
      const V g = scaled(offset + p * n.map.block, gamma);
      sums.add_value(d, p - begin, c, g);
      products.add_product(d, p - begin, c, g, hn::LoadU(d, n.normalised + offset + p * n.map.block));
    }
  });
  float means[kTilePixels], slopes[kTilePixels];
  for (int64_t i = 0; i < end - begin; ++i) {
    means[i] = sums.total(i) / static_cast<float>(n.map.channels);
    slopes[i] = products.total(i) / static_cast<float>(n.map.channels);
  }
  for_each_vector(n.map, [&](int64_t c, hn::Mask<D> own, int64_t offset) HWY_ATTR {
    const V gamma = hn::LoadU(d, n.gamma + c);
    for (int64_t p = begin; p < end; ++p) {
      const int64_t at = offset + p * n.map.block;
      const V centred = hn::Sub(scaled(at, gamma), hn::Set(d, means[p - begin]));
      const V rest = fused_multiply_add(d, hn::Neg(hn::LoadU(d, n.normalised + at)),
                                        hn::Set(d, slopes[p - begin]), centred);
      const V dx = hn::Mul(rest, hn::Set(d, n.inverse_deviation[p]));
      hn::StoreU(hn::IfThenElseZero(own, dx), d, gradient + at);
    }
  });
}

/// Calls f(begin, end) for every tile of the pixels.
template <class F>
HWY_INLINE void for_each_tile(int64_t begin, int64_t end, const F& f) {
  for (int64_t p = begin; p < end; p += kTilePixels) f(p, std::min(end, p + kTilePixels));
}

void layer_norm_body(const LayerNorm& norm, int64_t begin, int64_t end, const float* src, float* dst,
                     float* sum_squares) {
  for_each_tile(begin, end, [&](int64_t tile_begin, int64_t tile_end) HWY_ATTR {
    LayerNormPass(norm, src, dst, sum_squares).tile(tile_begin, tile_end);
  });
}

void layer_norm_backward_body(const LayerNormBackward& norm, int64_t begin, int64_t end, float* gradient) {
  for_each_tile(begin, end, [&](int64_t tile_begin, int64_t tile_end) HWY_ATTR {
    backward_tile(norm, tile_begin, tile_end, gradient);
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dpac {

HWY_EXPORT(layer_norm_body);
HWY_EXPORT(layer_norm_backward_body);

void layer_norm(const LayerNorm& norm, int64_t begin, int64_t end, const float* src, float* dst,
                float* sum_squares) {
  assert(norm.map.is_valid() && norm.gamma != nullptr && norm.beta != nullptr);
  assert(begin >= 0 && begin <= end && end <= norm.map.pixels);
  DPAC_DISPATCH_BLOCKS(layer_norm_body, norm.map.block)(norm, begin, end, src, dst, sum_squares);
}

void layer_norm_backward(const LayerNormBackward& norm, int64_t begin, int64_t end, float* gradient) {
  assert(norm.map.is_valid() && norm.normalised != nullptr && norm.inverse_deviation != nullptr);
  assert(begin >= 0 && begin <= end && end <= norm.map.pixels);
  DPAC_DISPATCH_BLOCKS(layer_norm_backward_body, norm.map.block)(norm, begin, end, gradient);
}

}  // namespace dpac
#endif
