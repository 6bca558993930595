/// @file
/// Scaling and softmax of attention scores, row by row, with their quantisers.
#pragma once

#include <cstdint>

#include "kernels/matrix.h"
#include "kernels/quantizer.h"

namespace dpac {

/// p[i][j] = Q2(exp(z[i][j]) / sum_j' exp(z[i][j'])) with z = Q1(scale * s), over the columns j < `real`;
/// p[i][j] = 0 for the others: padding tokens, and the rest of the padded row.
struct Softmax {
  int64_t columns = 0;
  int64_t real = 0;  ///< At least 1.
  float scale = 1;
  Quantizer scaled_quantizer = {};  ///< Q1; identity for none.
  Quantizer quantizer = {};         ///< Q2.
  /// Where a backward follows; null for none. Rows of padded_row(columns) without gaps.
  float* exact = nullptr;            ///< The probabilities before Q2.
  uint8_t* scaled_passes = nullptr;  ///< A bit per element, set where Q1 does not clamp.
  uint8_t* passes = nullptr;         ///< The same of Q2.
};

/// src and dst are rows of padded_row(columns) floats without gaps, and may be the same. Rows are
/// independent. Columns that are not real may hold anything; a real score that is no number leaves no number
/// in its row, quantisers or not. Same bits on every instruction set.
void softmax(const Softmax& how, int64_t rows, const float* src, float* dst);

struct SoftmaxBackward {
  int64_t columns = 0;
  float scale = 1;
  const float* exact = nullptr;
  const uint8_t* scaled_passes = nullptr;  ///< Null where everything passes.
  const uint8_t* passes = nullptr;
};

/// The gradient of p becomes that of s, in place. Columns that are not real had probability 0, and get 0.
void softmax_backward(const SoftmaxBackward& how, int64_t rows, float* gradient);

}  // namespace dpac
