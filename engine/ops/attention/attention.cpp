#include "engine/ops/attention/attention.h"

#include <fmt/format.h>

#include "engine/ops/digital.h"
#include "kernels/error.h"

namespace dpac {
namespace {

/// What both products have alike, over `features` channels of all heads.
void measure_both(double features, const TokenLengths& lengths, AnalogLayer& layer) {
  layer.op = "attention";
  layer.has_weights = false;
  layer.out_channels = 1;
  layer.macs = rounded(features * lengths.mean_square);
}

}  // namespace

Value output_of(const AttentionOp& op, InputValues inputs) {
  expect_inputs(inputs, 3);
  for (const Value& input : inputs) {
    expect_tokens(input);
    if (input.shape == inputs[0].shape) continue;
    throw Error(fmt::format("takes queries, keys and values of one shape, but is given {} and {}",
                            to_string(inputs[0].shape), to_string(input.shape)));
  }
  if (op.heads < 1 || inputs[0].shape.channels % op.heads != 0) {
    throw Error(fmt::format("has {} heads for {} features", op.heads, inputs[0].shape.channels));
  }
  return inputs[2];
}

Grid grid_of(const AttentionScoresOp&) {
  return Grid::own;
}
Grid grid_of(const AttentionContextOp&) {
  return Grid::own;
}

void measure(const AttentionScoresOp& op, const AnalogValues& values, AnalogLayer& layer) {
  const int64_t features = values.in.shape.channels;
  measure_both(static_cast<double>(features), values.lengths, layer);
  layer.dot_length = features / op.heads;
  layer.outputs = rounded(static_cast<double>(op.heads) * values.lengths.mean_square);
}

void measure(const AttentionContextOp&, const AnalogValues& values, AnalogLayer& layer) {
  const auto features = static_cast<double>(values.out.shape.channels);
  measure_both(features, values.lengths, layer);
  layer.dot_length = rounded(values.lengths.mean);
  layer.outputs = rounded(features * values.lengths.mean);
}

}  // namespace dpac
