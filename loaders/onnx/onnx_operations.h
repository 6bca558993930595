/// @file
/// What the operations of ONNX become in a graph, in parts. For the loaders' own use.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "loaders/onnx/onnx_builder.h"

namespace dpac {

using OnnxOperations = std::map<std::string, void (*)(OnnxBuilder&)>;

OnnxOperations onnx_layers();      ///< Convolutions, matrix products, normalisation, pools.
OnnxOperations onnx_reductions();  ///< Means, sums and norms over axes.
OnnxOperations onnx_arithmetic();  ///< Sums, products, activations.
OnnxOperations onnx_resizes();     ///< Maps of other height and width.
OnnxOperations onnx_shapes();      ///< Reshaping, slices, concatenation, and shapes as numbers.

/// scale[c] x + offset[c] of the map of an input, which becomes output 0: within the convolution or linear
/// layer that made it where nothing else reads that.
void add_affine(OnnxBuilder& b, std::size_t input, const std::vector<float>& scale,
                const std::vector<float>& offset);

/// A map whose one channel, row or column is repeated to so many; the map itself where it has them already.
/// @throws Error if it has another number of them, and not one.
int broadcast_map(OnnxBuilder& b, int node, const MapShape& to);

/// The current node, a softmax over the groups of a value that has such.
void softmax_over_groups(OnnxBuilder& b, const OnnxValue& value);

/// The current node, a concatenation of values that have groups: those of one after those of another.
void join_groups(OnnxBuilder& b);

/// The sum of the groups of a map's channels, place by place.
int sum_of_groups(OnnxBuilder& b, int node, int64_t groups);

/// A value of nested axes with its groups and subgroups swapped.
OnnxValue swap_groups(OnnxBuilder& b, const OnnxValue& value);

/// The current node, a convolution along the channels of one pixel, as ECA's gates have it. Its dot products
/// are as long as its kernel.
void convolve_channels(OnnxBuilder& b);

/// Axes of a value, the batch's included.
std::size_t rank_of(const OnnxValue& value);

/// Sizes of the axes of a value but the batch's; of a list of values none.
Shape axes_of(const OnnxBuilder& b, const OnnxValue& value);

/// The axis that is the channels and nothing else, if one is, among all counted from 0.
std::optional<std::size_t> find_channel_axis(const OnnxBuilder& b, const OnnxValue& value);

/// The same. @throws Error for a value that has none: of several pixels flattened, or of groups.
std::size_t channel_axis(const OnnxBuilder& b, const OnnxValue& value);

}  // namespace dpac
