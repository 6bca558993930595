/// @file
/// The backward of attention (engine/ops/attention/attention_head.h), head by head.
#pragma once

#include <cstddef>

#include "engine/ops/attention/attention_head.h"
#include "kernels/analog_backward.h"

namespace dpac {

/// Gradients of the four maps, laid out like them. Those of the operands are overwritten.
struct AttentionGradients {
  const float* context = nullptr;
  float *query = nullptr, *key = nullptr, *value = nullptr;
};

/// Noise sums (kernels/analog_backward.h) over all elements of a head's products.
struct AttentionSums {
  double scores = 0, context = 0;
};

/// Floats of scratch that run_head_backward() needs.
std::size_t head_backward_size(const AttentionShape& shape);

/// `buffer` is what run_head() left of a recorded forward; gains in it are filled anew.
AttentionSums run_head_backward(const Attention& attention, int64_t head, NoiseSum sum, float* buffer,
                                const AttentionGradients& gradients, float* scratch);

}  // namespace dpac
