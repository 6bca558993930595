/// @file
/// Small graphs of random weights with all that convolutional networks are made of.
#pragma once

#include "engine/graph/graph.h"

namespace dpac::test {

/// ReLU before a residual sum and none after; a residual that is read again; x + conv(x); sums of one value
/// with itself.
Graph residual_graph();

/// Depthwise convolutions of channels that fill no block, ReLU6, hard-swish, squeeze-and-excitation.
Graph mobile_graph();

/// Groups, dilation, kernels and strides that are not square, all other activations.
Graph grouped_graph();

/// A max pool on the image, concatenation, average pools of all kinds.
Graph inception_graph();

/// Slices, shuffles, concatenation of odd numbers of channels.
Graph shuffle_graph();

/// Layer normalisation over channels, GELU, a scale for every channel.
Graph convnext_graph();

/// Maps made larger and smaller, by the nearest pixel and between pixels.
Graph pyramid_graph();

/// Split attention: sums over halves of the channels, softmax over groups of one pixel's and of a map's.
Graph split_attention_graph();

/// Global response normalisation of the L2 norms of maps, a gate of one channel, a learned map.
Graph response_norm_graph();

}  // namespace dpac::test
