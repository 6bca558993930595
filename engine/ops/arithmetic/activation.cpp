#include "engine/ops/arithmetic/activation.h"

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "engine/ops/digital.h"
#include "kernels/elementwise.h"
#include "kernels/error.h"

namespace dpac {
namespace {

using Kind = ActivationOp::Kind;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

PointwiseActivation pointwise(const ActivationOp& op) {
  switch (op.kind) {
    case Kind::relu:
      return {.low = 0};
    case Kind::clip:
      return {.low = op.a, .high = op.b};
    case Kind::leaky_relu:
      return {.slope_below = op.a};
    case Kind::hard_sigmoid:
      return {.scale = op.a, .shift = op.b, .low = 0, .high = 1};
    case Kind::gelu:
      return {.function = Activation::gelu};
    case Kind::tanh:
      return {.function = Activation::tanh};
    case Kind::sigmoid:
      return {.function = Activation::sigmoid};
    case Kind::silu:
      return {.function = Activation::silu};
    case Kind::hard_swish:
      return {.function = Activation::hard_swish};
  }
  return {};
}

/// Whether all its outputs are inputs or one of the bounds of a quantiser's grid.
bool keeps_values(Kind kind) {
  return kind == Kind::relu;
}

}  // namespace

Activation fused_activation(const ActivationOp& op) {
  switch (op.kind) {
    case Kind::relu:
      return Activation::relu;
    case Kind::clip:
      return op.a == 0 && op.b == 6 ? Activation::relu6 : Activation::none;
    case Kind::leaky_relu:
      return Activation::none;
    case Kind::gelu:
      return Activation::gelu;
    case Kind::tanh:
      return Activation::tanh;
    case Kind::sigmoid:
      return Activation::sigmoid;
    case Kind::silu:
      return Activation::silu;
    case Kind::hard_sigmoid:
      return op.a == 1.0f / 6 && op.b == 0.5f ? Activation::hard_sigmoid : Activation::none;
    case Kind::hard_swish:
      return Activation::hard_swish;
  }
  return Activation::none;
}

Value output_of(const ActivationOp& op, InputValues inputs) {
  expect_inputs(inputs, 1);
  if (!std::isfinite(op.a) || !std::isfinite(op.b) || (op.kind == Kind::clip && op.a > op.b)) {
    throw Error(fmt::format("has the parameters {} and {}, expected finite numbers in order", op.a, op.b));
  }
  return inputs[0];
}

Grid grid_of(const ActivationOp& op) {
  return keeps_values(op.kind) ? Grid::of_inputs : Grid::own;
}

std::size_t tape_of(const ActivationOp&, const DigitalMaps& maps) {
  return static_cast<std::size_t>(maps.out.size());
}

void run_block(const ActivationOp& op, const DigitalRun& run, int64_t map, int64_t block) {
  const RunMaps& out = run.maps.out;
  const int64_t at = out.at(map, block);
  activate_values(pointwise(op), out.block_size(), run.in[0] + at, run.out + at,
                  run.tape == nullptr ? nullptr : run.tape + at);
  clear_lanes(out, block, run.out + at);
}

void run_backward(const ActivationOp&, const DigitalBackward& run, int64_t map, int64_t block) {
  const RunMaps& out = run.maps.out;
  const int64_t at = out.at(map, block);
  add_products(out.block_size(), run.out_gradient + at, run.tape + at, run.in_gradient + at);
}

}  // namespace dpac
