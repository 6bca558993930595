#include <algorithm>
#include <cassert>

#include "kernels/matrix.h"
#include "kernels/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/matrix_layout.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Row = hn::CappedTag<float, kRowUnit>;
constexpr auto kRowLanes = static_cast<int64_t>(hn::MaxLanes(Row()));

/// Four neighbours of the rows 0, 4, 8, ..., one 128-bit block each.
template <class D>
HWY_INLINE hn::Vec<D> load_quads(D d, ConstMatrix src) {
  if constexpr (hn::MaxLanes(D()) == 4) {
    return hn::LoadU(d, src.data);
  } else {
    const hn::Half<D> half;
    const auto upper = static_cast<int64_t>(hn::MaxLanes(half));
    return hn::Combine(d, load_quads(half, {src.data + upper * src.stride, src.stride}),
                       load_quads(half, src));
  }
}

/// dst[c][r] = src[r][c] for a vector of rows and four columns.
HWY_INLINE void transpose_tile(ConstMatrix src, Matrix dst) {
  const Row d;
  const hn::RepartitionToWide<Row> d64;
  const auto row = [&](int64_t r) HWY_ATTR { return load_quads(d, {src.data + r * src.stride, src.stride}); };
  const auto a = row(0), b = row(1), e = row(2), f = row(3);
  const auto low_ab = hn::BitCast(d64, hn::InterleaveLower(d, a, b));
  const auto low_ef = hn::BitCast(d64, hn::InterleaveLower(d, e, f));
  const auto high_ab = hn::BitCast(d64, hn::InterleaveUpper(d, a, b));
  const auto high_ef = hn::BitCast(d64, hn::InterleaveUpper(d, e, f));
  const auto store = [&](int64_t c, hn::Vec<decltype(d64)> column)
                         HWY_ATTR { hn::StoreU(hn::BitCast(d, column), d, dst.data + c * dst.stride); };
  store(0, hn::InterleaveLower(d64, low_ab, low_ef));
  store(1, hn::InterleaveUpper(d64, low_ab, low_ef));
  store(2, hn::InterleaveLower(d64, high_ab, high_ef));
  store(3, hn::InterleaveUpper(d64, high_ab, high_ef));
}

/// The same of fewer rows and columns; the others are zeros, or left as they are.
HWY_NOINLINE void transpose_edge(int64_t rows, int64_t columns, ConstMatrix src, Matrix dst) {
  HWY_ALIGN float from[kRowLanes * 4] = {}, to[kRowLanes * 4];
  for (int64_t r = 0; r < rows; ++r) std::copy_n(src.data + r * src.stride, columns, from + r * 4);
  transpose_tile({from, 4}, {to, kRowLanes});
  for (int64_t c = 0; c < columns; ++c) {
    std::copy_n(to + c * kRowLanes, kRowLanes, dst.data + c * dst.stride);
  }
}

void transpose_body(int64_t rows, int64_t columns, ConstMatrix src, Matrix dst) {
  for (int64_t r = 0; r < padded_row(rows); r += kRowLanes) {
    const int64_t own_rows = std::clamp<int64_t>(rows - r, 0, kRowLanes);
    for (int64_t c = 0; c < columns; c += 4) {
      const int64_t own_columns = std::min<int64_t>(columns - c, 4);
      const ConstMatrix from{src.data + r * src.stride + c, src.stride};
      const Matrix to{dst.data + c * dst.stride + r, dst.stride};
      if (own_rows == kRowLanes && own_columns == 4) {
        transpose_tile(from, to);
      } else {
        transpose_edge(own_rows, own_columns, from, to);
      }
    }
  }
}

template <class D>
HWY_INLINE void copy_whole_vectors(D d, int64_t rows, int64_t columns, ConstMatrix src, Matrix dst) {
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < columns; c += static_cast<int64_t>(hn::MaxLanes(D()))) {
      hn::StoreU(hn::LoadU(d, src.data + r * src.stride + c), d, dst.data + r * dst.stride + c);
    }
  }
}

void copy_body(int64_t rows, int64_t columns, ConstMatrix src, Matrix dst) {
  if (columns == 16) return copy_whole_vectors(hn::CappedTag<float, 16>(), rows, 16, src, dst);
  if (columns == 8) return copy_whole_vectors(hn::CappedTag<float, 8>(), rows, 8, src, dst);
  for (int64_t r = 0; r < rows; ++r)
    std::copy_n(src.data + r * src.stride, columns, dst.data + r * dst.stride);
}

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dpac {

HWY_EXPORT(transpose_body);
HWY_EXPORT(copy_body);

namespace {

/// Calls f(offset in the map of the channel at pixel 0, first of `channels`, how many) for every run of
/// channels that lie in one block.
template <class F>
void for_each_run(const BlockedMap& map, int64_t channel, int64_t channels, const F& f) {
  for (int64_t c = 0; c < channels;) {
    const int64_t block = (channel + c) / map.block, lane = (channel + c) % map.block;
    const int64_t count = std::min(channels - c, map.block - lane);
    f(block * map.pixels * map.block + lane, c, count);
    c += count;
  }
}

}  // namespace

void transpose(int64_t rows, int64_t columns, ConstMatrix src, Matrix dst) {
  assert(src.stride >= columns && dst.stride >= padded_row(rows));
  DPAC_DISPATCH(transpose_body)(rows, columns, src, dst);
}

void rows_from_map(const BlockedMap& map, const float* src, int64_t channel, int64_t channels, int64_t begin,
                   int64_t end, Matrix dst) {
  assert(channel >= 0 && channels > 0 && channel + channels <= map.channels);
  assert(begin >= 0 && begin <= end && end <= map.pixels);
  assert(dst.stride >= padded_row(channels));
  for_each_run(map, channel, channels, [&](int64_t offset, int64_t c, int64_t count) {
    const ConstMatrix from{src + offset + begin * map.block, map.block};
    DPAC_DISPATCH(copy_body)(end - begin, count, from, {dst.data + c, dst.stride});
  });
  if (channels == padded_row(channels)) return;
  for (int64_t r = 0; r < end - begin; ++r) {
    float* row = dst.data + r * dst.stride;
    std::fill(row + channels, row + padded_row(channels), 0.0f);
  }
}

void rows_to_map(const BlockedMap& map, ConstMatrix rows, int64_t channel, int64_t channels, int64_t begin,
                 int64_t end, float* dst) {
  assert(channel >= 0 && channels > 0 && channel + channels <= map.channels);
  assert(begin >= 0 && begin <= end && end <= map.pixels);
  assert(rows.stride >= channels);
  for_each_run(map, channel, channels, [&](int64_t offset, int64_t c, int64_t count) {
    const Matrix to{dst + offset + begin * map.block, map.block};
    DPAC_DISPATCH(copy_body)(end - begin, count, {rows.data + c, rows.stride}, to);
  });
}

}  // namespace dpac
#endif
