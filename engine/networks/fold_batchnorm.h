/// @file
/// BatchNorm folded into the convolution before it (docs/model.md section 1).
#pragma once

#include <span>
#include <vector>

#include "engine/tensor.h"

namespace dpac {

/// BatchNorm's per-channel arrays at inference.
struct BatchNorm {
  std::span<const float> gamma, beta, mean, variance;
  double epsilon = 1e-5;
};

struct FoldedConvolution {
  Tensor weights;
  std::vector<float> bias;
};

/// W_i <- W_i gamma_i / sqrt(var_i + eps), b_i <- (b_i - mean_i) gamma_i / sqrt(var_i + eps) + beta_i, in
/// double precision, rounded once. `bias` may be empty (zeros).
FoldedConvolution fold_batchnorm(Tensor weights, std::span<const float> bias, const BatchNorm& batchnorm);

}  // namespace dpac
