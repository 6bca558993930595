#include "kernels/winograd.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <limits>

#include "kernels/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/winograd.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/gaussian-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {

using Tag = hn::CappedTag<float, kChannelGroup>;
constexpr int kIn = kWinogradTile + 2;  // Input pixels of a tile along one axis.

/// d <- B^T d for six values `step` apart.
template <class D, class V = hn::Vec<D>>
HWY_INLINE void input_axis(D d, V* v, int step) {
  const V four = hn::Set(d, 4.0f), minus_four = hn::Set(d, -4.0f), minus_five = hn::Set(d, -5.0f);
  const V d0 = v[0], d1 = v[step], d2 = v[2 * step], d3 = v[3 * step], d4 = v[4 * step], d5 = v[5 * step];
  const V even = fused_multiply_add(d, minus_four, d2, d4), odd = fused_multiply_add(d, minus_four, d1, d3);
  const V near = hn::Sub(d4, d2), far = hn::Sub(d3, d1), twice = hn::Add(far, far);
  v[0] = fused_multiply_add(d, four, d0, fused_multiply_add(d, minus_five, d2, d4));
  v[step] = hn::Add(even, odd);
  v[2 * step] = hn::Sub(even, odd);
  v[3 * step] = hn::Add(near, twice);
  v[4 * step] = hn::Sub(near, twice);
  v[5 * step] = fused_multiply_add(d, four, d1, fused_multiply_add(d, minus_five, d3, d5));
}

/// m[0..3] <- A^T m for six values `step` apart.
template <class D, class V = hn::Vec<D>>
HWY_INLINE void output_axis(D d, V* m, int step) {
  const V sum12 = hn::Add(m[step], m[2 * step]), difference12 = hn::Sub(m[step], m[2 * step]);
  const V sum34 = hn::Add(m[3 * step], m[4 * step]), difference34 = hn::Sub(m[3 * step], m[4 * step]);
  m[0] = hn::Add(hn::Add(m[0], sum12), sum34);
  m[step] = fused_multiply_add(d, hn::Set(d, 2.0f), difference34, difference12);
  m[2 * step] = fused_multiply_add(d, hn::Set(d, 4.0f), sum34, sum12);
  m[3 * step] = hn::Add(fused_multiply_add(d, hn::Set(d, 8.0f), difference34, difference12), m[5 * step]);
}

/// Loads the 6x6 input pixels of a tile, zeros outside the image.
template <class D, class V = hn::Vec<D>>
HWY_INLINE void load_tile(D d, const WinogradMap& map, const float* plane, int64_t top, int64_t left, V* v) {
  const int block = map.map.block;
  const bool inside = top >= 0 && left >= 0 && top + kIn <= map.height && left + kIn <= map.width;
  if (HWY_LIKELY(inside)) {
    for (int r = 0; r < kIn; ++r) {
      const float* row = plane + ((top + r) * map.width + left) * block;
      for (int c = 0; c < kIn; ++c) v[r * kIn + c] = hn::LoadU(d, row + c * block);
    }
    return;
  }
  for (int r = 0; r < kIn; ++r) {
    for (int c = 0; c < kIn; ++c) {
      const int64_t y = top + r, x = left + c;
      const bool valid = y >= 0 && x >= 0 && y < map.height && x < map.width;
      v[r * kIn + c] = valid ? hn::LoadU(d, plane + (y * map.width + x) * block) : hn::Zero(d);
    }
  }
}

void input_body(const WinogradMap& map, int64_t first_block, int64_t last_block, const float* src,
                float* values) {
  const Tag d;
  constexpr auto kLanes = static_cast<int64_t>(hn::MaxLanes(d));
  const int64_t block = map.map.block;
  const int64_t point = map.map.blocks() * map.tiles * block;
  for (int64_t b = first_block; b < last_block; ++b) {
    const float* plane = src + b * map.map.pixels * block;
    float* to = values + (b * map.tiles + map.first_tile) * block;
    for (int64_t tile = 0; tile < map.tiles_high() * map.tiles_wide(); ++tile, to += block) {
      const int64_t top = tile / map.tiles_wide() * kWinogradTile - 1;
      const int64_t left = tile % map.tiles_wide() * kWinogradTile - 1;
      for (int64_t lane = 0; lane < block; lane += kLanes) {
        hn::Vec<Tag> v[kWinogradPoints];
        load_tile(d, map, plane + lane, top, left, v);
        for (int c = 0; c < kIn; ++c) input_axis(d, v + c, kIn);
        for (int r = 0; r < kIn; ++r) input_axis(d, v + r * kIn, 1);
        for (int i = 0; i < kWinogradPoints; ++i) hn::StoreU(v[i], d, to + lane + i * point);
      }
    }
  }
}

/// Finishes the tile's 4x4 pixels (rows of m are kIn apart) and stores those inside the image.
template <class D, class V = hn::Vec<D>>
HWY_INLINE void store_tile(D d, const WinogradMap& map, const WinogradFinish& finish, int64_t channel,
                           int64_t tile, int64_t plane, const V* m, float* dst) {
  const int block = map.map.block;
  const V bias = hn::LoadU(d, finish.bias + channel);
  const V floor = hn::Set(d, finish.relu ? 0.0f : -std::numeric_limits<float>::infinity());
  const int64_t top = tile / map.tiles_wide() * kWinogradTile, left = tile % map.tiles_wide() * kWinogradTile;
  const int64_t rows = std::min<int64_t>(kWinogradTile, map.height - top);
  const int64_t columns = std::min<int64_t>(kWinogradTile, map.width - left);
  for (int64_t r = 0; r < rows; ++r) {
    const int64_t offset = plane + ((top + r) * map.width + left) * block;
    for (int64_t c = 0; c < columns; ++c) {
      V y = hn::Add(m[r * kIn + c], bias);
      if (finish.residual != nullptr) y = hn::Add(y, hn::LoadU(d, finish.residual + offset + c * block));
      hn::StoreU(hn::Max(y, floor), d, dst + offset + c * block);
    }
  }
}

void output_body(const WinogradMap& map, int64_t first_block, int64_t last_block,
                 const WinogradFinish& finish, const float* values, float* dst) {
  const Tag d;
  constexpr auto kLanes = static_cast<int64_t>(hn::MaxLanes(d));
  const int64_t block = map.map.block;
  const int64_t point = map.map.blocks() * map.tiles * block;
  for (int64_t b = first_block; b < last_block; ++b) {
    const float* from = values + (b * map.tiles + map.first_tile) * block;
    for (int64_t tile = 0; tile < map.tiles_high() * map.tiles_wide(); ++tile, from += block) {
      for (int64_t lane = 0; lane < block; lane += kLanes) {
        hn::Vec<Tag> m[kWinogradPoints];
        for (int i = 0; i < kWinogradPoints; ++i) m[i] = hn::LoadU(d, from + lane + i * point);
        for (int c = 0; c < kIn; ++c) output_axis(d, m + c, kIn);
        for (int r = 0; r < kWinogradTile; ++r) output_axis(d, m + r * kIn, 1);
        store_tile(d, map, finish, b * block + lane, tile, b * map.map.pixels * block + lane, m, dst);
      }
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dpac {

HWY_EXPORT(input_body);
HWY_EXPORT(output_body);

namespace {

void check([[maybe_unused]] const WinogradMap& map, [[maybe_unused]] int64_t first_block,
           [[maybe_unused]] int64_t last_block) {
  assert(map.map.is_valid() && map.map.pixels == map.height * map.width);
  assert(map.first_tile >= 0 && map.first_tile + map.tiles_high() * map.tiles_wide() <= map.tiles);
  assert(first_block >= 0 && first_block <= last_block && last_block <= map.map.blocks());
}

}  // namespace

void winograd_input(const WinogradMap& map, int64_t first_block, int64_t last_block, const float* src,
                    float* values) {
  check(map, first_block, last_block);
  DPAC_DISPATCH_BLOCKS(input_body, map.map.block)(map, first_block, last_block, src, values);
}

void winograd_output(const WinogradMap& map, int64_t first_block, int64_t last_block,
                     const WinogradFinish& finish, const float* values, float* dst) {
  check(map, first_block, last_block);
  assert(finish.bias != nullptr);
  DPAC_DISPATCH_BLOCKS(output_body, map.map.block)(map, first_block, last_block, finish, values, dst);
}

namespace {

constexpr int64_t kFilters = 8;  // Transformed side by side.
using Lanes = std::array<double, kFilters>;

/// G g for three taps along one axis.
void filter_axis(const Lanes& g0, const Lanes& g1, const Lanes& g2, std::array<Lanes, 6>& to) {
  for (std::size_t i = 0; i < kFilters; ++i) {
    const double outer = g0[i] + g2[i], far = g0[i] + 4 * g2[i];
    to[0][i] = g0[i] / 4;
    to[1][i] = -(outer + g1[i]) / 6;
    to[2][i] = -(outer - g1[i]) / 6;
    to[3][i] = (far + 2 * g1[i]) / 24;
    to[4][i] = (far - 2 * g1[i]) / 24;
    to[5][i] = g2[i];
  }
}

}  // namespace

void winograd_weights(int64_t filters, int64_t first, int64_t last, const float* weights, float* dst) {
  assert(first >= 0 && first <= last && last <= filters);
  for (int64_t begin = first; begin < last; begin += kFilters) {
    const int64_t count = std::min(kFilters, last - begin);
    std::array<Lanes, 9> taps{};
    for (int64_t i = 0; i < count; ++i) {
      const float* filter = weights + (begin + i) * 9;
      for (std::size_t t = 0; t < 9; ++t)
        taps[t][static_cast<std::size_t>(i)] = static_cast<double>(filter[t]);
    }
    std::array<std::array<Lanes, 6>, 3> columns;
    for (std::size_t c = 0; c < 3; ++c) filter_axis(taps[c], taps[3 + c], taps[6 + c], columns[c]);
    for (std::size_t r = 0; r < 6; ++r) {
      std::array<Lanes, 6> row;
      filter_axis(columns[0][r], columns[1][r], columns[2][r], row);
      for (std::size_t c = 0; c < 6; ++c) {
        float* to = dst + static_cast<int64_t>(r * 6 + c) * filters + begin;
        for (int64_t i = 0; i < count; ++i) to[i] = static_cast<float>(row[c][static_cast<std::size_t>(i)]);
      }
    }
  }
}

}  // namespace dpac
#endif
