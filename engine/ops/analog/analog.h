/// @file
/// What analog operations are: dot products, which noise and energy are counted on. An analog op is a struct
/// in a header of its own with, beside output_of():
///
///     Grid grid_of(const Op&)
///     void measure(const Op&, const AnalogValues&, AnalogLayer&)      its sizes
///
/// and, where it has stored weights, a view of them that the plans compile and learning goes back through:
///
///     Product product_of(const Op&)
///     void set_weights(Op&, SharedTensor)                             others of the same shape
///
/// The products of attention, of two activations, run in engine/ops/attention.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "engine/ops/value.h"

namespace dpac {

/// An operation with a dot product, and its size for one sample (docs/model.md section 1). Where sequences
/// differ in length, sizes are means over them (FusedGraph::lengths), rounded.
struct AnalogLayer {
  std::string name;
  std::string op;            ///< "convolution", "linear" or "attention".
  int node = 0;              ///< Position in FusedGraph::nodes.
  int64_t dot_length = 0;    ///< D.
  int64_t outputs = 0;       ///< N.
  int64_t macs = 0;          ///< D N.
  int64_t out_channels = 0;  ///< How many energies it may have: one, for a product of attention.
  int64_t parameters = 0;    ///< Weights and bias, BatchNorm folded.
  int64_t groups = 1;        ///< Of the channels of a convolution.
  bool has_weights = true;   ///< A product of attention has none, and no energy under weight noise.
};

/// What an analog operation is measured by.
struct AnalogValues {
  Value in;   ///< What it reads first.
  Value out;  ///< What it makes.
  TokenLengths lengths;
};

/// Stored weights over windows of a map: y = W x + b. A linear layer is a convolution of 1x1, so that its
/// sums run in one order whatever the number of pixels.
struct Product {
  const SharedTensor& weights;  ///< [out, in / groups, ...].
  std::span<const float> bias;  ///< [out].
  Geometry geometry = {};
  int64_t groups = 1;
  bool reads_images = false;  ///< Also as they come.

  /// Whether an output is made of one pixel, and of all of its channels.
  [[nodiscard]] bool is_pointwise() const;
};

template <class Op>
concept HasProduct = requires(const Op& op) {
  product_of(op);
};

template <class Op>
concept IsAnalog = requires(const Op& op, const AnalogValues& values, AnalogLayer& layer) {
  measure(op, values, layer);
};

/// D: the weights of one output channel.
int64_t dot_length_of(const Tensor& weights);

/// All of the sizes.
void measure_product(const Product& product, const AnalogValues& values, AnalogLayer& layer);

/// To the nearest.
int64_t rounded(double value);

/// @throws Error unless there is one value for each output.
void expect_bias(std::span<const float> bias, int64_t outputs);

/// @throws Error unless they are [outputs, ...] with the sizes `rest` after the first.
void expect_weights(const SharedTensor& weights, const Shape& rest);

}  // namespace dpac
