/// @file
/// What is applied element by element.
#pragma once

#include "engine/ops/digital_fwd.h"
#include "engine/ops/value.h"
#include "kernels/activation.h"

namespace dpac {

struct ActivationOp {
  static constexpr bool kIntegers = false;
  enum class Kind {
    relu,        ///< max(x, 0).
    clip,        ///< min(max(x, a), b): ReLU6 is a = 0, b = 6.
    leaky_relu,  ///< x above zero, a x below.
    gelu,  ///< x Phi(x), Phi the normal distribution's cumulative function: the erf form, not the tanh one.
    tanh,  ///< The hyperbolic tangent.
    sigmoid,       ///< 1 / (1 + exp(-x)).
    silu,          ///< x sigmoid(x), also called swish.
    hard_sigmoid,  ///< min(max(a x + b, 0), 1): PyTorch's is a = 1/6, b = 1/2, ONNX's and Keras 2's a = 0.2,
                   ///< b = 1/2.
    hard_swish,    ///< x min(max(x / 6 + 1/2, 0), 1).
  };
  Kind kind = Kind::relu;
  float a = 0, b = 0;  ///< Of the kinds that have them.
};

/// How a kernel knows it, where a product's epilogue has it; none where it has not.
Activation fused_activation(const ActivationOp& op);

Value output_of(const ActivationOp& op, InputValues inputs);
Grid grid_of(const ActivationOp& op);
std::size_t tape_of(const ActivationOp& op, const DigitalMaps& maps);
void run_block(const ActivationOp& op, const DigitalRun& run, int64_t map, int64_t block);
void run_backward(const ActivationOp& op, const DigitalBackward& run, int64_t map, int64_t block);

}  // namespace dpac
