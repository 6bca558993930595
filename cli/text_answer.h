/// @file
/// What a network says about `--text`.
#pragma once

#include <span>
#include <string>

#include "cli/support/json.h"
#include "engine/graph/graph.h"

namespace dpac::cli {

/// `logits` are those of one input, or of two where a pair has two embeddings. `class` (its name, else
/// "class 2"), `probabilities` {name: number}; or `score`; or `dimension`, `norms` and, for a pair, `cosine`.
Json answer_json(const Graph& graph, std::span<const float> logits);

/// The same in lines, of what answer_json() gave.
std::string answer_text(const Json& answer);

}  // namespace dpac::cli
