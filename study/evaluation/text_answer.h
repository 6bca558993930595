/// @file
/// What a network says about a sentence or a pair.
#pragma once

#include <span>

#include "engine/graph/graph.h"
#include "study/support/json.h"

namespace dpac {

/// `logits` are those of one input, or of two where a pair has two embeddings. `class` (its name, else
/// "class 2"), `probabilities` {name: number}; or `score`; or `dimension`, `norms` and, for a pair, `cosine`.
Json answer_json(const Graph& graph, std::span<const float> logits);

}  // namespace dpac
