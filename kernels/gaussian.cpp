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
constexpr size_t kCounters = Stream::kRunCounters;

/// kCounters counters from `counter` on, which becomes the one after them.
HWY_INLINE void set_counters(Stream::Words& counter, Stream::Words (&counters)[kCounters]) {
  for (auto& current : counters) {
    current = counter;
    counter = hn::Add(counter, Stream::stride(kLanes / 4));
  }
}

void fill_gaussian_body(const NoiseKey& key, int64_t first, float* dst, int64_t count) {
  constexpr int64_t kStep = 2 * kCounters * kLanes;
  const Stream stream(key);
  const int64_t end = first + count;
  HWY_ALIGN float aside[kStep];
  auto counter = stream.counter(element_block(first / kPairElements * kPairElements));
  for (int64_t step = first / kPairElements * kPairElements; step < end; step += kStep) {
    Stream::Words counters[kCounters];
    set_counters(counter, counters);
    Stream::V z[2 * kCounters];
    stream.values(counters, z);
    const int64_t from = std::max(first, step), to = std::min(end, step + kStep);
    float* values = to - from == kStep ? dst + (step - first) : aside;
    for (size_t i = 0; i < 2 * kCounters; ++i) hn::StoreU(z[i], Tag(), values + Stream::place(i));
    if (values == aside) std::copy_n(aside + (from - step), to - from, dst + (from - first));
  }
}

void fill_words_body(const NoiseKey& key, uint32_t first_block, uint32_t* dst, size_t count) {
  constexpr size_t kStep = kCounters * kLanes;
  const hn::RebindToUnsigned<Tag> du;
  const Stream stream(key);
  auto counter = stream.counter(first_block);
  for (size_t i = 0; i < count; i += kStep) {
    Stream::Words words[kCounters];
    set_counters(counter, words);
    stream.encrypt(words);
    HWY_ALIGN uint32_t step[kStep];
    for (size_t k = 0; k < kCounters; ++k) hn::Store(words[k], du, step + k * kLanes);
    std::copy_n(step, std::min(kStep, count - i), dst + i);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dpac {

HWY_EXPORT(fill_gaussian_body);
HWY_EXPORT(fill_words_body);

namespace {

/// Blocks have 32-bit numbers.
[[maybe_unused]] constexpr int64_t kBlocks = int64_t{1} << 32;

}  // namespace

void fill_gaussian(const NoiseKey& key, int64_t first, std::span<float> dst) {
  assert(first >= 0 && first + std::ssize(dst) <= kBlocks * 8);
  DPAC_DISPATCH(fill_gaussian_body)(key, first, dst.data(), std::ssize(dst));
}

void fill_words(const NoiseKey& key, uint32_t first_block, std::span<uint32_t> dst) {
  assert(first_block + (std::ssize(dst) + 3) / 4 <= kBlocks);
  DPAC_DISPATCH(fill_words_body)(key, first_block, dst.data(), dst.size());
}

}  // namespace dpac
#endif
