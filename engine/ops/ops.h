/// @file
/// The vocabulary of a graph: what a node can compute. Each op has one meaning, whatever stands around it.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "engine/ops/activation.h"
#include "engine/ops/add.h"
#include "engine/ops/average_pool.h"
#include "engine/ops/channel_affine.h"
#include "engine/ops/channel_shuffle.h"
#include "engine/ops/concat.h"
#include "engine/ops/multiply.h"
#include "engine/ops/pad.h"
#include "engine/ops/slice.h"
#include "engine/ops/subsample.h"
#include "engine/ops/value.h"

namespace dpac {

/// The network's input image.
struct InputOp {
  MapShape shape;  ///< Of 1 or 3 channels.
};

/// The input of a network that reads text: words[id] + types[type] + positions[t] for token t of a sequence.
struct EmbeddingOp {
  SharedTensor words;      ///< [vocabulary, features].
  SharedTensor positions;  ///< [longest sequence, features].
  SharedTensor types;      ///< [types, features].
  int64_t tokens = 0;      ///< The nominal length of a sequence: that of the derived shapes.
};

/// y = W x + b over the windows of a map. An analog operation. With groups, output channels of the g-th part
/// of all see the input channels of the g-th part of all.
struct ConvolutionOp {
  Geometry geometry;
  SharedTensor weights;     ///< [out, in / groups, kernel height, kernel width].
  std::vector<float> bias;  ///< [out].
  int64_t groups = 1;
};

/// y = W x + b of every pixel: of a token, or of a map of one pixel. An analog operation.
struct LinearOp {
  SharedTensor weights;     ///< [out, in].
  std::vector<float> bias;  ///< [out].
};

/// softmax(Q K^T / sqrt(head size)) V of every head, with inputs Q, K and V. Both products are analog
/// operations; noise of the first comes before the scaling.
struct AttentionOp {
  int64_t heads = 1;
};

/// Padding is no candidate for the largest value.
struct MaxPoolOp {
  Geometry geometry;
};

/// The mean of all pixels of a map.
struct GlobalAveragePoolOp {};

/// Over the channels of every pixel.
struct LayerNormOp {
  std::vector<float> gamma, beta;  ///< [features], and zeros up to whole groups of 16.
  float epsilon = 0;
};

/// One pixel for a sequence: its first token, or the average of its real ones.
struct TokenPoolOp {
  enum class Kind { first, mean };
  Kind kind = Kind::first;
};

using Op = std::variant<InputOp, EmbeddingOp, ConvolutionOp, LinearOp, AttentionOp, ActivationOp, AddOp,
                        MultiplyOp, ConcatOp, SliceOp, ChannelShuffleOp, ChannelAffineOp, MaxPoolOp,
                        AveragePoolOp, GlobalAveragePoolOp, LayerNormOp, TokenPoolOp, SubsampleOp, PadOp>;

/// What an op makes of its inputs. @throws Error with what is wrong with the op or its inputs, as the end of
/// a sentence that begins with the node's name.
Value output_of(const InputOp& op, InputValues inputs);
Value output_of(const EmbeddingOp& op, InputValues inputs);
Value output_of(const ConvolutionOp& op, InputValues inputs);
Value output_of(const LinearOp& op, InputValues inputs);
Value output_of(const AttentionOp& op, InputValues inputs);
Value output_of(const MaxPoolOp& op, InputValues inputs);
Value output_of(const GlobalAveragePoolOp& op, InputValues inputs);
Value output_of(const LayerNormOp& op, InputValues inputs);
Value output_of(const TokenPoolOp& op, InputValues inputs);

}  // namespace dpac
