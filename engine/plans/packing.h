/// @file
/// Sequences of any lengths side by side, so that no padding is computed.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/graph/fused_graph.h"
#include "engine/inputs.h"
#include "engine/plans/plan.h"

namespace dpac {

/// Sequences that run together.
struct Pack {
  std::vector<PlacedSequence> sequences;
  Capacity capacity;  ///< Rounded up, so that there are few different ones.
};

/// Enough rows for products to be fast, few enough for activations to stay in the cache.
inline constexpr int64_t kTokensTogether = 256, kSequencesTogether = 16;

/// Longest sequences first, each into the first pack that has room; positions are those in the input. Packs
/// are smaller where there would else be fewer than `threads`; a sequence longer than a pack should be is one
/// of its own.
std::vector<Pack> pack_sequences(std::span<const TokenSequence> sequences, std::span<const int64_t> samples,
                                 int threads);

std::vector<Capacity> capacities_of(std::span<const Pack> packs);

/// @throws Error naming the sample unless the network can read all of the inputs, which should be `samples`.
void check_inputs(const FusedGraph& graph, const Inputs& inputs, std::span<const int64_t> samples);

}  // namespace dpac
