/// @file
/// Attention: two analog operations, which run head by head (engine/ops/attention/attention_head.h).
#pragma once

#include <cstdint>

#include "engine/ops/analog/analog.h"
#include "engine/ops/digital_fwd.h"

namespace dpac {

/// softmax(Q K^T / sqrt(head size)) V of every head, with inputs Q, K and V. Both products are analog
/// operations; noise of the first comes before the scaling.
struct AttentionOp {
  int64_t heads = 1;
};

/// The first product, Q K^T, of shape [heads, tokens, tokens]: reads Q and K. Computed together with the
/// second. Only of a fused graph, like the second.
struct AttentionScoresOp {
  int64_t heads = 1;
};

/// The second, P V, whose inputs are the scores and V.
struct AttentionContextOp {
  int64_t heads = 1;
};

Value output_of(const AttentionOp& op, InputValues inputs);
Grid grid_of(const AttentionScoresOp& op);
Grid grid_of(const AttentionContextOp& op);

/// The scores' dot products run over a head's features, the context's over the tokens.
void measure(const AttentionScoresOp& op, const AnalogValues& values, AnalogLayer& layer);
void measure(const AttentionContextOp& op, const AnalogValues& values, AnalogLayer& layer);

}  // namespace dpac
