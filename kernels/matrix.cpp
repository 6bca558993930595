#include "kernels/matrix.h"

#include <cassert>

#include "kernels/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/matrix.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/channel_sum-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dpac {
namespace HWY_NAMESPACE {

using Row = hn::CappedTag<float, kRowUnit>;
constexpr auto kRowLanes = static_cast<int64_t>(hn::MaxLanes(Row()));
constexpr int64_t kRowVectors = kRowUnit / kRowLanes;

// The block of c that is summed in registers. AVX-512 has 32 of them: 24 sums, four vectors of b and one
// value of a. Others have 16: 12, two and one.
constexpr int64_t kMostRows = 6;
constexpr int64_t kMostVectors = kRowLanes == 16 ? 4 : 2;

template <int64_t kRows, int64_t kVectors>
HWY_INLINE void multiply_block(int64_t depth, ConstMatrix a, ConstMatrix b, Matrix c) {
  const Row d;
  hn::Vec<Row> sums[size_t{kRows}][size_t{kVectors}];
  for (auto& row : sums) {
    for (auto& sum : row) sum = hn::Zero(d);
  }
  for (int64_t k = 0; k < depth; ++k) {
    hn::Vec<Row> right[size_t{kVectors}];
    for (int64_t v = 0; v < kVectors; ++v) right[v] = hn::LoadU(d, b.data + k * b.stride + v * kRowLanes);
    for (int64_t i = 0; i < kRows; ++i) {
      const auto left = hn::Set(d, a.data[i * a.stride + k]);
      for (int64_t v = 0; v < kVectors; ++v) {
        sums[i][v] = fused_multiply_add(d, left, right[v], sums[i][v]);
      }
    }
  }
  for (int64_t i = 0; i < kRows; ++i) {
    for (int64_t v = 0; v < kVectors; ++v) {
      hn::StoreU(sums[i][v], d, c.data + i * c.stride + v * kRowLanes);
    }
  }
}

/// As many blocks of kRows rows as there are, and then of fewer.
template <int64_t kVectors, int64_t kRows = kMostRows>
HWY_INLINE void multiply_panel(int64_t rows, int64_t depth, ConstMatrix a, ConstMatrix b, Matrix c) {
  int64_t i = 0;
  for (; i + kRows <= rows; i += kRows) {
    multiply_block<kRows, kVectors>(depth, {a.data + i * a.stride, a.stride}, b,
                                    {c.data + i * c.stride, c.stride});
  }
  if constexpr (kRows > 1) {
    multiply_panel<kVectors, kRows == kMostRows ? 4 : kRows / 2>(
        rows - i, depth, {a.data + i * a.stride, a.stride}, b, {c.data + i * c.stride, c.stride});
  }
}

/// Columns [begin, vectors) of c, counted in vectors. All rows meet a panel of b while it is in the cache.
template <int64_t kVectors = kMostVectors>
HWY_INLINE void multiply_panels(int64_t begin, int64_t vectors, int64_t rows, int64_t depth, ConstMatrix a,
                                ConstMatrix b, Matrix c) {
  int64_t v = begin;
  for (; v + kVectors <= vectors; v += kVectors) {
    multiply_panel<kVectors>(rows, depth, a, {b.data + v * kRowLanes, b.stride},
                             {c.data + v * kRowLanes, c.stride});
  }
  if constexpr (kVectors > 1) multiply_panels<kVectors - 1>(v, vectors, rows, depth, a, b, c);
}

void multiply_body(int64_t rows, int64_t columns, int64_t depth, ConstMatrix a, ConstMatrix b, Matrix c) {
  multiply_panels(0, padded_row(columns) / kRowLanes, rows, depth, a, b, c);
}

void row_sum_squares_body(int64_t rows, int64_t columns, ConstMatrix src, float* dst) {
  for (int64_t r = 0; r < rows; ++r) {
    const float* row = src.data + r * src.stride;
    dst[r] = sum_of_row(columns, [row](int64_t c, hn::Vec<Row> sum) HWY_ATTR {
      const auto value = hn::LoadU(Row(), row + c);
      return fused_multiply_add(Row(), value, value, sum);
    });
  }
}

void column_sum_squares_body(int64_t rows, int64_t columns, ConstMatrix src, float* dst) {
  const Row d;
  for (int64_t c = 0; c < padded_row(columns); c += kRowUnit) {
    hn::Vec<Row> sums[kRowVectors];
    for (auto& sum : sums) sum = hn::Zero(d);
    for (int64_t r = 0; r < rows; ++r) {
      for (int64_t v = 0; v < kRowVectors; ++v) {
        const auto value = hn::LoadU(d, src.data + r * src.stride + c + v * kRowLanes);
        sums[v] = fused_multiply_add(d, value, value, sums[v]);
      }
    }
    for (int64_t v = 0; v < kRowVectors; ++v) hn::StoreU(sums[v], d, dst + c + v * kRowLanes);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace dpac
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dpac {

HWY_EXPORT(multiply_body);
HWY_EXPORT(row_sum_squares_body);
HWY_EXPORT(column_sum_squares_body);

void multiply(int64_t rows, int64_t columns, int64_t depth, ConstMatrix a, ConstMatrix b, Matrix c) {
  assert(rows >= 0 && columns >= 0 && depth >= 0);
  assert(a.stride >= depth);
  assert(b.stride >= padded_row(columns) && c.stride >= padded_row(columns));
  DPAC_DISPATCH(multiply_body)(rows, columns, depth, a, b, c);
}

void row_sum_squares(int64_t rows, int64_t columns, ConstMatrix src, float* dst) {
  assert(src.stride >= padded_row(columns));
  DPAC_DISPATCH(row_sum_squares_body)(rows, columns, src, dst);
}

void column_sum_squares(int64_t rows, int64_t columns, ConstMatrix src, float* dst) {
  assert(src.stride >= padded_row(columns));
  DPAC_DISPATCH(column_sum_squares_body)(rows, columns, src, dst);
}

}  // namespace dpac
#endif
