#include "kernels/integer_map.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "kernels/noise_key.h"
#include "kernels/simd.h"
#include "kernels/window_sums-inl.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/integer_map.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/quantizer-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {

using Tag = hn::CappedTag<float, kChannelGroup>;
using ByteTag = hn::Rebind<uint8_t, Tag>;
constexpr auto kLanes = static_cast<int64_t>(hn::MaxLanes(Tag()));

/// Up to kTile neighbouring values to bytes.
constexpr int64_t kTile = 256;
HWY_INLINE void quantize_tile(const ByteQuantizer<Tag>& quantizer, const float* src, int64_t count,
                              uint8_t* bytes) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    hn::StoreU(quantizer.bytes(hn::LoadU(Tag(), src + i)), ByteTag(), bytes + i);
  }
  if (i == count) return;
  HWY_ALIGN float last[kLanes] = {};
  std::copy(src + i, src + count, last);
  hn::StoreU(quantizer.bytes(hn::Load(Tag(), last)), ByteTag(), bytes + i);
}

void quantize_input_body(const IntegerMap& map, const Quantizer& quantizer, const float* src, uint8_t* dst) {
  const ByteQuantizer<Tag> vectors(quantizer);
  uint8_t bytes[kTile];
  for (int64_t begin = 0; begin < map.pixels; begin += kTile) {
    const int64_t count = std::min(kTile, map.pixels - begin);
    for (int64_t c = 0; c < map.channels; ++c) {
      quantize_tile(vectors, src + c * map.pixels + begin, count, bytes);
      uint8_t* to = dst + begin * map.channels + c;
      for (int64_t p = 0; p < count; ++p) to[p * map.channels] = bytes[p];
    }
  }
}

void sum_codes_body(const IntegerMap& map, int64_t stride, int64_t groups, int32_t low, const uint8_t* src,
                    int32_t* dst) {
  const hn::Full128<uint8_t> d8;
  const hn::Repartition<uint64_t, decltype(d8)> d64;
  const int64_t channels = map.channels / groups;
  const auto low_sum = static_cast<int32_t>(low * channels);
  for (int64_t p = 0; p < map.pixels; ++p) {
    for (int64_t g = 0; g < groups; ++g) {
      const uint8_t* part = src + p * stride + g * channels;
      auto sums = hn::Zero(d64);
      int64_t c = 0;
      for (; c + 16 <= channels; c += 16) sums = hn::Add(sums, hn::SumsOf8(hn::LoadU(d8, part + c)));
      auto sum = static_cast<int32_t>(hn::GetLane(hn::SumOfLanes(d64, sums)));
      for (; c < channels; ++c) sum += part[c];
      dst[g * map.pixels + p] = sum + low_sum;
    }
  }
}

HWY_INLINE int32_t square_of(uint8_t byte, int32_t low) {
  return (byte + low) * (byte + low);
}

void sum_code_squares_body(const IntegerMap& map, int64_t stride, int64_t groups, int32_t low,
                           const uint8_t* src, int32_t* dst) {
  const hn::CappedTag<int16_t, kChannelGroup> d16;
  const hn::Rebind<uint8_t, decltype(d16)> d8;
  const hn::RepartitionToWide<decltype(d16)> d32;
  constexpr auto kStep = static_cast<int64_t>(hn::MaxLanes(d16));
  const int64_t channels = map.channels / groups;
  const auto shift = hn::Set(d16, static_cast<int16_t>(low));
  for (int64_t p = 0; p < map.pixels; ++p) {
    for (int64_t g = 0; g < groups; ++g) {
      const uint8_t* part = src + p * stride + g * channels;
      auto even = hn::Zero(d32), odd = hn::Zero(d32);
      int64_t c = 0;
      for (; c + kStep <= channels; c += kStep) {
        const auto codes = hn::Add(hn::PromoteTo(d16, hn::LoadU(d8, part + c)), shift);
        even = hn::ReorderWidenMulAccumulate(d32, codes, codes, even, odd);
      }
      int32_t sum = hn::GetLane(hn::SumOfLanes(d32, hn::Add(even, odd)));
      for (; c < channels; ++c) sum += square_of(part[c], low);
      dst[g * map.pixels + p] = sum;
    }
  }
}

/// `to` in blocks of whole vectors.
void values_of_codes_body(const IntegerMap& map, const Quantizer& quantizer, const uint8_t* src,
                          const BlockedMap& to, float* dst) {
  const ByteQuantizer<Tag> vectors(quantizer);
  for (int64_t b = 0; b < to.blocks(); ++b) {
    for (int64_t p = 0; p < to.pixels; ++p, dst += to.block) {
      const uint8_t* from = src + p * map.channels + b * to.block;
      for (int64_t lane = 0; lane < to.block; lane += kLanes) {
        hn::StoreU(vectors.values(hn::LoadU(ByteTag(), from + lane)), Tag(), dst + lane);
      }
    }
  }
}

void codes_of_values_body(const BlockedMap& from, const Quantizer& quantizer, const float* src,
                          const IntegerMap& map, uint8_t* dst) {
  const ByteQuantizer<Tag> vectors(quantizer);
  for (int64_t b = 0; b < from.blocks(); ++b) {
    for (int64_t p = 0; p < from.pixels; ++p, src += from.block) {
      uint8_t* to = dst + p * map.channels + b * from.block;
      for (int64_t lane = 0; lane < from.block; lane += kLanes) {
        hn::StoreU(vectors.bytes(hn::LoadU(Tag(), src + lane)), ByteTag(), to + lane);
      }
    }
  }
}

/// Adds up the pixels' bytes of `count` <= kLine channels: a cache line of each pixel at a time.
constexpr int64_t kLine = 64;
HWY_INLINE void sum_pixels(const IntegerMap& map, const uint8_t* src, int64_t count, int32_t* sums) {
  const hn::Rebind<int32_t, Tag> di;
  std::fill_n(sums, count, 0);
  for (int64_t p = 0; p < map.pixels; ++p) {
    for (int64_t c = 0; c < count; c += kLanes) {
      const auto bytes = hn::PromoteTo(di, hn::LoadU(ByteTag(), src + p * map.channels + c));
      hn::Store(hn::Add(hn::Load(di, sums + c), bytes), di, sums + c);
    }
  }
}

void average_codes_body(const IntegerMap& map, const Quantizer& in, const Quantizer& out, const uint8_t* src,
                        uint8_t* dst) {
  const hn::Rebind<int32_t, Tag> di;
  const ByteQuantizer<Tag> quantizer(out);
  const auto low_sum = hn::Set(di, static_cast<int32_t>(in.low) * static_cast<int32_t>(map.pixels));
  const auto scale = hn::Set(Tag(), in.scale / static_cast<float>(map.pixels));
  HWY_ALIGN int32_t sums[kLine];
  for (int64_t begin = 0; begin < map.channels; begin += kLine) {
    const int64_t count = std::min(kLine, map.channels - begin);
    sum_pixels(map, src + begin, count, sums);
    for (int64_t c = 0; c < count; c += kLanes) {
      const auto codes = hn::ConvertTo(Tag(), hn::Add(hn::Load(di, sums + c), low_sum));
      hn::StoreU(quantizer.bytes(hn::Mul(codes, scale)), ByteTag(), dst + begin + c);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dpac {

HWY_EXPORT(quantize_input_body);
HWY_EXPORT(sum_codes_body);
HWY_EXPORT(sum_code_squares_body);
HWY_EXPORT(values_of_codes_body);
HWY_EXPORT(codes_of_values_body);
HWY_EXPORT(average_codes_body);

void quantize_input(const IntegerMap& map, const Quantizer& quantizer, const float* src, uint8_t* dst) {
  assert(quantizer.fits_bytes());
  DPAC_DISPATCH(quantize_input_body)(map, quantizer, src, dst);
}

void values_of_codes(const IntegerMap& map, const Quantizer& quantizer, const uint8_t* src,
                     const BlockedMap& to, float* dst) {
  assert(quantizer.fits_bytes() && map.pixels == to.pixels && map.channels >= to.padded_channels());
  DPAC_DISPATCH_BLOCKS(values_of_codes_body, to.block)(map, quantizer, src, to, dst);
}

void codes_of_values(const BlockedMap& from, const Quantizer& quantizer, const float* src,
                     const IntegerMap& map, uint8_t* dst) {
  assert(quantizer.fits_bytes() && map.pixels == from.pixels && map.channels >= from.padded_channels());
  if (map.channels > from.padded_channels())
    std::fill_n(dst, map.size(), static_cast<uint8_t>(-quantizer.low));
  DPAC_DISPATCH_BLOCKS(codes_of_values_body, from.block)(from, quantizer, src, map, dst);
}

void sum_codes(const IntegerMap& map, int64_t stride, int64_t groups, int32_t low, const uint8_t* src,
               int32_t* dst) {
  assert(map.channels > 0 && groups > 0 && map.channels % groups == 0);
  DPAC_DISPATCH(sum_codes_body)(map, stride, groups, low, src, dst);
}

void sum_code_squares(const IntegerMap& map, int64_t stride, int64_t groups, int32_t low, const uint8_t* src,
                      int32_t* dst) {
  assert(map.channels > 0 && groups > 0 && map.channels % groups == 0);
  DPAC_DISPATCH(sum_code_squares_body)(map, stride, groups, low, src, dst);
}

void norms_of_codes(int64_t count, float scale, const int32_t* squares, float* norms) {
  for (int64_t i = 0; i < count; ++i) norms[i] = scale * std::sqrt(static_cast<float>(squares[i]));
}

void translate(const ByteTable& table, int64_t count, uint8_t* bytes) {
  for (int64_t i = 0; i < count; ++i) bytes[i] = table[bytes[i]];
}

void patch_sums(const PatchWindow& window, const int32_t* sums, int32_t* scratch, int32_t* dst) {
  assert(window.is_valid());
  sum_windows(window, sums, scratch, dst);
}

void average_codes(const IntegerMap& map, const Quantizer& in, const Quantizer& out, const uint8_t* src,
                   uint8_t* dst) {
  assert(map.channels % kChannelGroup == 0 && map.pixels > 0);
  assert(in.fits_bytes() && out.fits_bytes());
  DPAC_DISPATCH(average_codes_body)(map, in, out, src, dst);
}

}  // namespace dpac
#endif
