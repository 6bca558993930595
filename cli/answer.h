/// @file
/// What a network's outputs mean.
#pragma once

#include "engine/graph.h"

namespace dpac::cli {

enum class Answer {
  classes,    ///< Logits of classes.
  score,      ///< One number.
  embedding,  ///< The features of a text.
};

Answer answer_of(const Graph& graph);

}  // namespace dpac::cli
