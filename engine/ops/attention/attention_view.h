/// @file
/// What an observer is shown of attention.
#pragma once

#include "engine/observer.h"
#include "engine/ops/attention/attention_head.h"

namespace dpac {

/// The scores of an attention in the graph.
struct ScoresPlace {
  int node = 0, layer = 0;
};

/// Shows both products of an attention and the probabilities; `buffers` are those of all heads, which were
/// run to be observed. Maps are numbered as noise elements are (engine/ops/attention/attention_head.h).
void show_attention(const Attention& attention, float* buffers, const ScoresPlace& scores,
                    Observer& observer);

}  // namespace dpac
