/// @file
/// The vocabulary of a graph: what a node can compute. Each op has one meaning, whatever stands around it,
/// and a pair of files of its own.
#pragma once

#include <variant>

#include "engine/ops/analog/convolution.h"
#include "engine/ops/analog/linear.h"
#include "engine/ops/arithmetic/activation.h"
#include "engine/ops/arithmetic/add.h"
#include "engine/ops/arithmetic/channel_affine.h"
#include "engine/ops/arithmetic/divide.h"
#include "engine/ops/arithmetic/elementwise_affine.h"
#include "engine/ops/arithmetic/layer_norm.h"
#include "engine/ops/arithmetic/multiply.h"
#include "engine/ops/arithmetic/softmax.h"
#include "engine/ops/attention/attention.h"
#include "engine/ops/channels/channel_expand.h"
#include "engine/ops/channels/channel_mean.h"
#include "engine/ops/channels/channel_shuffle.h"
#include "engine/ops/channels/concat.h"
#include "engine/ops/channels/pad.h"
#include "engine/ops/channels/slice.h"
#include "engine/ops/channels/subsample.h"
#include "engine/ops/pools/average_pool.h"
#include "engine/ops/pools/global_average_pool.h"
#include "engine/ops/pools/global_l2_pool.h"
#include "engine/ops/pools/max_pool.h"
#include "engine/ops/pools/resize.h"
#include "engine/ops/pools/token_pool.h"
#include "engine/ops/sources/embedding.h"
#include "engine/ops/sources/input.h"

namespace dpac {

/// Those of a plain graph with more of their own behind them.
template <class... More>
using OpsWith =
    std::variant<InputOp, EmbeddingOp, ConvolutionOp, LinearOp, ActivationOp, AddOp, MultiplyOp, ConcatOp,
                 SliceOp, ChannelShuffleOp, ChannelAffineOp, MaxPoolOp, AveragePoolOp, GlobalAveragePoolOp,
                 LayerNormOp, TokenPoolOp, SubsampleOp, PadOp, ResizeOp, DivideOp, SoftmaxOp,
                 ElementwiseAffineOp, GlobalL2PoolOp, ChannelMeanOp, ChannelExpandOp, More...>;

using Op = OpsWith<AttentionOp>;

}  // namespace dpac
