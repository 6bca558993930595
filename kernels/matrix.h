/// @file
/// Products of small row-major matrices in the cache: what attention multiplies, activations by activations
/// of whatever length. Products with weights are oneDNN's.
#pragma once

#include <cstdint>

#include "kernels/layout.h"

namespace dpac {

/// Rows of a matrix are padded to whole vectors of kRowUnit floats; what is beyond the last column is zero.
inline constexpr int64_t kRowUnit = 16;

constexpr int64_t padded_row(int64_t columns) {
  return (columns + kRowUnit - 1) / kRowUnit * kRowUnit;
}

/// A row-major matrix: row r begins at data + r * stride.
struct ConstMatrix {
  const float* data = nullptr;
  int64_t stride = 0;
};
struct Matrix {
  float* data = nullptr;
  int64_t stride = 0;
};

/// c[i][j] = sum_k a[i][k] b[k][j] for i < rows, j < padded_row(columns), k < depth: each sum is one chain of
/// fused multiply-adds in the order of k, so it has the same bits on every instruction set, and does not
/// depend on `rows` and `columns`. b is readable and c writable up to padded_row(columns).
void multiply(int64_t rows, int64_t columns, int64_t depth, ConstMatrix a, ConstMatrix b, Matrix c);

/// dst[c][r] = src[r][c] for r < rows, c < columns; dst[c][r] = 0 for rows <= r < padded_row(rows).
void transpose(int64_t rows, int64_t columns, ConstMatrix src, Matrix dst);

/// dst[p - begin][c] = src[channel + c, p] for the pixels [begin, end) of a blocked map: some channels of a
/// map as rows. Zeros up to padded_row(channels).
void rows_from_map(const BlockedMap& map, const float* src, int64_t channel, int64_t channels, int64_t begin,
                   int64_t end, Matrix dst);

/// The way back: src[channel + c, p] = rows[p - begin][c]. Other channels are left as they are.
void rows_to_map(const BlockedMap& map, ConstMatrix rows, int64_t channel, int64_t channels, int64_t begin,
                 int64_t end, float* dst);

/// dst[r] = sum_c src[r][c]^2 over padded_row(columns); lanes summed as in patch_norms' sum_squares().
void row_sum_squares(int64_t rows, int64_t columns, ConstMatrix src, float* dst);

/// dst[c] = sum_r src[r][c]^2 for c < padded_row(columns), in the order of the rows.
void column_sum_squares(int64_t rows, int64_t columns, ConstMatrix src, float* dst);

}  // namespace dpac
