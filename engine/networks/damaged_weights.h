/// @file
/// Weights that are finite, but that no training leaves behind: what a flipped bit of an exponent makes.
#pragma once

#include <string>
#include <vector>

#include "engine/graph/graph.h"
#include "engine/networks/weights.h"

namespace dpac {

/// Sentences, each of which names a tensor of the checkpoint, where it stands in the file, one value, and
/// what is odd about it: the value's magnitude is beyond 1e6 times that of nine tenths of the tensor's
/// values, so that sums with it are beyond 1e6 times their typical scale; or BatchNorm's gamma /
/// sqrt(variance + epsilon), which is folded into the weights before it, is beyond 1e4. Variances, which span
/// many orders of magnitude where channels are dead, are judged by the latter alone. Nothing for tensors of
/// fewer than 8 values.
std::vector<std::string> damaged_weights(const Checkpoint& checkpoint);

/// Sentences of the same kind on the layers of a graph, whatever file it was made of, each of which names a
/// layer, its tensor and an output channel. The pre-activations of a channel are about as large as the root
/// of the sum of its squared weights, and its bias, make them for inputs of about 1; said is where that is
/// beyond 1e6 times what nine tenths of the layer's channels reach, or a weight is beyond 1e6 times the
/// magnitude of nine tenths of the layer's weights. Of a layer with one channel, the bias is compared with
/// the weights.
std::vector<std::string> damaged_layers(const Graph& graph);

}  // namespace dpac
