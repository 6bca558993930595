/// @file
/// What an observer is shown of sequences that lie side by side, and of attention: a sample's own maps.
#pragma once

#include "engine/observer.h"
#include "engine/ops/attention/attention_head.h"

namespace dpac {

/// Shows the pixels [first, first + count) as if they were a map of their own.
void show_alone(const AnalogView& view, int64_t first, int64_t count, Observer& observer);
void show_alone(const ValueView& view, int64_t first, int64_t count, Observer& observer);

/// The scores of an attention in the graph.
struct ScoresPlace {
  int node = 0, layer = 0;
};

/// Shows both products of an attention and the probabilities; `buffers` are those of all heads, which were
/// run to be observed. Maps are numbered as noise elements are (engine/ops/attention/attention_head.h).
void show_attention(const Attention& attention, float* buffers, const ScoresPlace& scores,
                    Observer& observer);

}  // namespace dpac
