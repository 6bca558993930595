/// @file
/// Builds BERT encoders of any size from a checkpoint, with what lies on top: a classifier or regression over
/// the first token, or sentence embeddings as the average over tokens or as the first one.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/graph/graph.h"
#include "engine/networks/weights.h"

namespace dpac {

inline constexpr int64_t kNominalTokens = 128;

struct BertOptions {
  std::optional<int64_t> heads = {};  ///< Unset: what the checkpoint says.
  int64_t tokens = kNominalTokens;    ///< Length of the sequence that the graph's shapes are written for.
};

/// Infers sizes from the weights' shapes. With a pooler and a classifier, logits are classifier(tanh(pooler(
/// first token))); without a classifier, the last layer's real tokens pooled as BertTraits::pooling says, and
/// a pooler is left.
/// @throws Error that lists all missing, extra and mis-shaped weights, or says that the heads are unknown or
/// do not divide the features, or that no sequence of `tokens` fits the position embeddings.
Graph build_bert(const Checkpoint& checkpoint, const BertOptions& options = {});

/// The same, in the checkpoint's own memory: its weights keep their shapes alone.
Graph build_bert(Checkpoint&& checkpoint, const BertOptions& options = {});

}  // namespace dpac
