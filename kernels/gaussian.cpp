#include "kernels/gaussian.h"

#include <algorithm>
#include <cassert>

#include "kernels/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/gaussian.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/gaussian-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {

using Tag = hn::CappedTag<float, kChannelGroup>;
using Stream = Gaussian<Tag>;
constexpr size_t kLanes = hn::MaxLanes(Tag());
constexpr size_t kVectors = Stream::kTogether;

/// Hands `produce` kVectors counters at a time, and stores what it returns in their place.
template <class T, class Produce>
HWY_INLINE void fill(const Stream& stream, uint32_t first_block, T* dst, size_t count,
                     const Produce& produce) {
  const hn::Rebind<T, Tag> d;
  constexpr size_t kStep = kVectors * kLanes;
  auto counter = stream.counter(first_block);
  const auto stride = Stream::stride(kLanes / 4);
  HWY_ALIGN T last[kStep];
  for (size_t i = 0; i < count; i += kStep) {
    Stream::Words counters[kVectors];
    for (auto& c : counters) {
      c = counter;
      counter = hn::Add(counter, stride);
    }
    hn::Vec<decltype(d)> values[kVectors];
    produce(counters, values);
    T* to = i + kStep <= count ? dst + i : last;
    for (size_t k = 0; k < kVectors; ++k) hn::StoreU(values[k], d, to + k * kLanes);
    if (to == last) std::copy_n(last, count - i, dst + i);
  }
}

void fill_gaussian_body(const NoiseKey& key, uint32_t first_block, float* dst, size_t count) {
  const Stream stream(key);
  fill(stream, first_block, dst, count,
       [&](Stream::Words(&c)[kVectors], Stream::V(&z)[kVectors]) HWY_ATTR { stream.values(c, z); });
}

void fill_words_body(const NoiseKey& key, uint32_t first_block, uint32_t* dst, size_t count) {
  const Stream stream(key);
  fill(stream, first_block, dst, count,
       [&](Stream::Words(&c)[kVectors], Stream::Words(&w)[kVectors]) HWY_ATTR {
         stream.encrypt(c);
         for (size_t k = 0; k < kVectors; ++k) w[k] = c[k];
       });
}

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dpac {

HWY_EXPORT(fill_gaussian_body);
HWY_EXPORT(fill_words_body);

namespace {

/// Elements are counted in 32-bit blocks of four.
[[maybe_unused]] bool has_blocks(uint32_t first_block, std::size_t elements) {
  return uint64_t{first_block} + (elements + 3) / 4 <= uint64_t{1} << 32;
}

}  // namespace

void fill_gaussian(const NoiseKey& key, uint32_t first_block, std::span<float> dst) {
  assert(has_blocks(first_block, dst.size()));
  DPAC_DISPATCH(fill_gaussian_body)(key, first_block, dst.data(), dst.size());
}

void fill_words(const NoiseKey& key, uint32_t first_block, std::span<uint32_t> dst) {
  assert(has_blocks(first_block, dst.size()));
  DPAC_DISPATCH(fill_words_body)(key, first_block, dst.data(), dst.size());
}

}  // namespace dpac
#endif
