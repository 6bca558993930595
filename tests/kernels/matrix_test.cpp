#include "kernels/matrix.h"

#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "kernels/patch_norm.h"
#include "tests/support/isa_scope.h"
#include "tests/support/random_values.h"

using namespace dpac;

namespace {

constexpr float kUntouched = 77.0f;

std::size_t at(int64_t row, int64_t stride, int64_t column) {
  return static_cast<std::size_t>(row * stride + column);
}

/// Values for matrices of `rows` rows.
std::vector<float> values(int64_t rows, int64_t stride, uint32_t seed) {
  return test::random_values(static_cast<std::size_t>(rows * stride), seed);
}

/// The contract to the bit, and the exact product that it must be near to.
void check_product(int64_t rows, int64_t columns, int64_t depth) {
  CAPTURE(rows);
  CAPTURE(columns);
  CAPTURE(depth);
  // Strides that leave rows unaligned, and room behind the rows of c that is none of multiply()'s business.
  const int64_t padded = padded_row(columns), a_stride = depth + 3, b_stride = padded + 5,
                c_stride = padded + 7;
  const std::vector<float> a = values(rows, a_stride, 1), b = values(depth, b_stride, 2);
  std::vector<float> c(at(rows + 1, c_stride, 0), kUntouched);
  multiply(rows, columns, depth, {a.data(), a_stride}, {b.data(), b_stride}, {c.data(), c_stride});
  int64_t wrong = 0;
  for (int64_t i = 0; i <= rows; ++i) {
    for (int64_t j = 0; j < c_stride; ++j) {
      const float found = c[at(i, c_stride, j)];
      if (i == rows || j >= padded) {
        wrong += found != kUntouched;
        continue;
      }
      float chain = 0;
      double exact = 0, size = 0;
      for (int64_t k = 0; k < depth; ++k) {
        const float left = a[at(i, a_stride, k)], right = b[at(k, b_stride, j)];
        chain = std::fma(left, right, chain);
        exact += static_cast<double>(left) * static_cast<double>(right);
        size += std::abs(static_cast<double>(left) * static_cast<double>(right));
      }
      wrong += std::memcmp(&found, &chain, sizeof(float)) != 0;
      wrong += std::abs(static_cast<double>(found) - exact) > static_cast<double>(depth) * 0x1p-24 * size;
    }
  }
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("products of matrices: chains of fused multiply-adds on every instruction set") {
  const test::IsaScope scope;
  for (const Isa isa : supported_isas()) {
    force_isa(isa);
    CAPTURE(name(isa));
    for (const int64_t rows : {1, 2, 3, 4, 5, 6, 7, 11, 13}) {
      for (const int64_t columns : {1, 5, 16, 17, 26, 48, 64, 80, 113}) {
        for (const int64_t depth : {1, 2, 26, 64}) check_product(rows, columns, depth);
      }
    }
    check_product(128, 128, 64);
    check_product(128, 64, 128);
    check_product(17, 313, 26);
    check_product(65, 12, 313);
  }
}

TEST_CASE("transposed matrices: zeros behind the last row, nothing else touched") {
  const test::IsaScope scope;
  for (const Isa isa : supported_isas()) {
    force_isa(isa);
    for (const int64_t rows : {1, 4, 5, 15, 16, 17, 26, 64, 128, 313}) {
      for (const int64_t columns : {1, 3, 4, 5, 12, 17, 26, 64}) {
        const int64_t src_stride = columns + 1, dst_stride = padded_row(rows) + 3;
        const std::vector<float> src = values(rows, src_stride, 3);
        std::vector<float> dst(at(columns + 1, dst_stride, 0), kUntouched);
        transpose(rows, columns, {src.data(), src_stride}, {dst.data(), dst_stride});
        int64_t wrong = 0;
        for (int64_t c = 0; c <= columns; ++c) {
          for (int64_t r = 0; r < dst_stride; ++r) {
            float expected = c == columns || r >= padded_row(rows) ? kUntouched : 0.0f;
            if (c < columns && r < rows) expected = src[at(r, src_stride, c)];
            wrong += dst[at(c, dst_stride, r)] != expected;
          }
        }
        CAPTURE(name(isa));
        CAPTURE(rows);
        CAPTURE(columns);
        CHECK(wrong == 0);
      }
    }
  }
}

TEST_CASE("channels of a map as rows, and back") {
  const test::IsaScope scope;
  for (const Isa isa : supported_isas()) {
    force_isa(isa);
    for (const int block : {8, 16}) {
      // First channel, number of channels: heads of whole blocks, of half ones, and of none.
      for (const auto& [channel, channels] :
           {std::pair{0, 64}, std::pair{64, 64}, std::pair{24, 24}, std::pair{32, 8}, std::pair{26, 26},
            std::pair{104, 26}, std::pair{36, 12}, std::pair{7, 1}}) {
        const BlockedMap map{130, 37, block};
        const int64_t begin = 5, end = 31, stride = padded_row(channels) + 2;
        const std::vector<float> src = test::random_values(static_cast<std::size_t>(map.size()), 4);
        std::vector<float> rows(at(end - begin, stride, 0), kUntouched), back(src.size(), kUntouched);
        rows_from_map(map, src.data(), channel, channels, begin, end, {rows.data(), stride});
        rows_to_map(map, {rows.data(), stride}, channel, channels, begin, end, back.data());
        int64_t wrong = 0;
        for (int64_t p = 0; p < map.pixels; ++p) {
          const bool row = p >= begin && p < end;
          for (int64_t c = 0; c < map.padded_channels(); ++c) {
            const std::size_t i = at(c / block * map.pixels + p, block, c % block);
            const bool own = row && c >= channel && c < channel + channels;
            wrong += back[i] != (own ? src[i] : kUntouched);
            if (own) wrong += rows[at(p - begin, stride, c - channel)] != src[i];
          }
          for (int64_t c = channels; row && c < stride; ++c) {
            wrong += rows[at(p - begin, stride, c)] != (c < padded_row(channels) ? 0.0f : kUntouched);
          }
        }
        CAPTURE(name(isa));
        CAPTURE(block);
        CAPTURE(channel);
        CAPTURE(channels);
        CHECK(wrong == 0);
      }
    }
  }
}

TEST_CASE("sums of squares of rows and columns: right, and the same bits on every instruction set") {
  const test::IsaScope scope;
  for (const auto& [rows, columns] :
       {std::pair{1, 1}, std::pair{5, 17}, std::pair{128, 26}, std::pair{26, 313}}) {
    const int64_t padded = padded_row(columns), stride = padded + 1;
    const std::vector<float> src = values(rows, stride, 5);
    std::vector<float> row_reference, column_reference;
    for (const Isa isa : supported_isas()) {
      force_isa(isa);
      std::vector<float> by_row(static_cast<std::size_t>(rows)), by_column(static_cast<std::size_t>(padded));
      row_sum_squares(rows, columns, {src.data(), stride}, by_row.data());
      column_sum_squares(rows, columns, {src.data(), stride}, by_column.data());
      if (row_reference.empty()) row_reference = by_row, column_reference = by_column;
      CHECK(by_row == row_reference);
      CHECK(by_column == column_reference);
    }
    std::vector<double> by_row(static_cast<std::size_t>(rows)), by_column(static_cast<std::size_t>(padded));
    for (int64_t r = 0; r < rows; ++r) {
      for (int64_t c = 0; c < padded; ++c) {
        const double value = static_cast<double>(src[at(r, stride, c)]);
        by_row[static_cast<std::size_t>(r)] += value * value;
        by_column[static_cast<std::size_t>(c)] += value * value;
      }
    }
    for (std::size_t r = 0; r < by_row.size(); ++r) {
      float as_patch_norms = 0;
      sum_squares({columns, 1, 16}, src.data() + at(static_cast<int64_t>(r), stride, 0), &as_patch_norms);
      CHECK(row_reference[r] == as_patch_norms);
      CHECK(std::abs(static_cast<double>(row_reference[r]) - by_row[r]) <= 2e-6 * by_row[r]);
    }
    for (std::size_t c = 0; c < by_column.size(); ++c) {
      CHECK(std::abs(static_cast<double>(column_reference[c]) - by_column[c]) <= 8e-6 * by_column[c]);
    }
  }
}
