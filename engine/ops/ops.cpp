// Shape rules.

#include "engine/ops/ops.h"

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac {
namespace {

void expect_bias(const std::vector<float>& bias, int64_t outputs) {
  if (bias.size() == static_cast<std::size_t>(outputs)) return;
  throw Error(fmt::format("has a bias of {} values for {} outputs", bias.size(), outputs));
}

/// [out, ...] with the sizes after the first.
void expect_weights(const SharedTensor& weights, const Shape& rest) {
  const Shape found = weights == nullptr ? Shape{} : weights->shape();
  const bool fits =
      found.size() == rest.size() + 1 && std::equal(rest.begin(), rest.end(), found.begin() + 1);
  if (fits && found[0] > 0) return;
  Shape expected = rest;
  throw Error(fmt::format("has weights of shape {}, expected [outputs, {}", to_string(found),
                          to_string(expected).substr(1)));
}

void expect_table(const char* what, const SharedTensor& table, int64_t features) {
  if (table != nullptr && table->rank() == 2 && table->dim(0) > 0 && table->dim(1) == features) return;
  throw Error(fmt::format("has {} of shape {}, expected [rows, {}]", what,
                          to_string(table == nullptr ? Shape{} : table->shape()), features));
}

void expect_tokens(const Value& input) {
  if (!input.tokens)
    throw Error("takes the tokens of a sequence, but is given the map of an image or one vector");
}

}  // namespace

Value output_of(const InputOp& op, InputValues inputs) {
  expect_inputs(inputs, 0);
  if (op.shape.channels < 1 || op.shape.height < 1 || op.shape.width < 1) {
    throw Error(fmt::format("is an image of {} (channels, height, width), expected at least 1 of each",
                            to_string(op.shape)));
  }
  return {op.shape};
}

Value output_of(const EmbeddingOp& op, InputValues inputs) {
  expect_inputs(inputs, 0);
  if (op.words == nullptr || op.words->rank() != 2) throw Error("has no table of words");
  const int64_t features = op.words->dim(1);
  expect_table("words", op.words, features);
  expect_table("positions", op.positions, features);
  expect_table("types", op.types, features);
  if (op.tokens < 1 || op.tokens > op.positions->dim(0)) {
    throw Error(fmt::format("has sequences of {} tokens for {} positions", op.tokens, op.positions->dim(0)));
  }
  return {{features, op.tokens, 1}, true};
}

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

Value output_of(const MaxPoolOp& op, InputValues inputs) {
  expect_inputs(inputs, 1);
  expect_image(inputs[0]);
  return {windows_over(inputs[0].shape, op.geometry, inputs[0].shape.channels)};
}

Value output_of(const GlobalAveragePoolOp&, InputValues inputs) {
  expect_inputs(inputs, 1);
  expect_image(inputs[0]);
  return {{inputs[0].shape.channels, 1, 1}};
}

Value output_of(const LayerNormOp& op, InputValues inputs) {
  expect_inputs(inputs, 1);
  const auto features = static_cast<std::size_t>(inputs[0].shape.channels);
  if (op.gamma.size() < features || op.gamma.size() != op.beta.size()) {
    throw Error(fmt::format("has {} scales and {} offsets for {} features", op.gamma.size(), op.beta.size(),
                            features));
  }
  return inputs[0];
}

Value output_of(const TokenPoolOp&, InputValues inputs) {
  expect_inputs(inputs, 1);
  expect_tokens(inputs[0]);
  return {{inputs[0].shape.channels, 1, 1}};
}

}  // namespace dpac
