#include "engine/ops/analog/linear.h"

#include <utility>

#include <fmt/format.h>

#include "engine/ops/digital.h"
#include "kernels/error.h"

namespace dpac {

Value output_of(const LinearOp& op, InputValues inputs) {
  expect_inputs(inputs, 1);
  const MapShape& in = inputs[0].shape;
  if (!inputs[0].tokens && in.pixels() != 1) {
    throw Error(fmt::format("takes tokens or a map of one pixel, but is given one of {}", to_string(in)));
  }
  expect_weights(op.weights, {in.channels});
  expect_bias(op.bias, op.weights->dim(0));
  return {{op.weights->dim(0), in.height, in.width}, inputs[0].tokens};
}

Grid grid_of(const LinearOp&) {
  return Grid::own;
}

Product product_of(const LinearOp& op) {
  return {op.weights, op.bias};
}

void set_weights(LinearOp& op, SharedTensor weights) {
  op.weights = std::move(weights);
}

void measure(const LinearOp& op, const AnalogValues& values, AnalogLayer& layer) {
  layer.op = "linear";
  measure_product(product_of(op), values, layer);
}

}  // namespace dpac
