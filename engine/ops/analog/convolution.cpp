#include "engine/ops/analog/convolution.h"

#include <utility>

#include <fmt/format.h>

#include "engine/ops/digital.h"
#include "kernels/error.h"

namespace dpac {

Value output_of(const ConvolutionOp& op, InputValues inputs) {
  expect_inputs(inputs, 1);
  expect_image(inputs[0]);
  const int64_t channels = inputs[0].shape.channels;
  if (op.groups < 1 || channels % op.groups != 0) {
    throw Error(fmt::format("has {} groups for {} input channels", op.groups, channels));
  }
  expect_weights(op.weights, {channels / op.groups, op.geometry.kernel.h, op.geometry.kernel.w});
  if (op.weights->dim(0) % op.groups != 0) {
    throw Error(fmt::format("has {} groups for {} output channels", op.groups, op.weights->dim(0)));
  }
  expect_bias(op.bias, op.weights->dim(0));
  return {windows_over(inputs[0].shape, op.geometry, op.weights->dim(0))};
}

Grid grid_of(const ConvolutionOp&) {
  return Grid::own;
}

Product product_of(const ConvolutionOp& op) {
  return {op.weights, op.bias, op.geometry, op.groups, op.groups == 1};
}

void set_weights(ConvolutionOp& op, SharedTensor weights) {
  op.weights = std::move(weights);
}

void measure(const ConvolutionOp& op, const AnalogValues& values, AnalogLayer& layer) {
  layer.op = "convolution";
  measure_product(product_of(op), values, layer);
}

}  // namespace dpac
