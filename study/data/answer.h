/// @file
/// What a network's outputs mean.
#pragma once

#include <span>

#include "engine/graph/graph.h"

namespace dpac {

enum class Answer {
  classes,    ///< Logits of classes.
  score,      ///< One number.
  embedding,  ///< The features of a text, or of an image by a network without a head.
};

Answer answer_of(const Graph& graph);

/// One number for a sample: the network's score, or the cosine of its two embeddings.
double score_of(std::span<const float> logits, Answer answer);

}  // namespace dpac
