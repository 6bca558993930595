/// @file
/// Digital operations on the tokens of one sequence, in channel-block layout.
#pragma once

#include <cstdint>

#include "engine/graph/fused_graph.h"
#include "engine/tokens.h"
#include "kernels/layout.h"

namespace dpac {

/// Pixels first, first + 1, ... of `dst` <- the embeddings of a sequence's tokens, words + types + positions
/// in this order. Ids and types are in range, and the sequence is no longer than the positions.
void embed(const EmbeddingOp& op, const BlockedMap& map, const TokenSequence& tokens, int64_t first,
           float* dst);

/// One pixel out of a sequence's: the pixels of `src` from `first` on become pixel `to` of `dst`. An average
/// sums the real tokens one after another.
void pool_tokens(TokenPoolOp::Kind kind, const BlockedMap& in, const float* src, int64_t first, int64_t real,
                 const BlockedMap& out, int64_t to, float* dst);

/// Its backward: adds to the gradients of the sequence's pixels.
void pool_tokens_backward(TokenPoolOp::Kind kind, const BlockedMap& in, float* in_gradient, int64_t first,
                          int64_t real, const BlockedMap& out, int64_t from, const float* out_gradient);

/// The map of `count` pixels from `first` on, alone: what an observer is shown of a sequence.
void copy_pixels(const BlockedMap& map, int64_t first, int64_t count, const float* src, float* dst);

}  // namespace dpac
