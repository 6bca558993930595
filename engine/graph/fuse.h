/// @file
/// From the plain graph to what runs.
#pragma once

#include "engine/graph/fused_graph.h"

namespace dpac {

/// Puts what follows a convolution or linear layer and reads nothing else into the same node: its activation,
/// then the sum with another value and a ReLU behind that. A value that several nodes read, and the network's
/// output, stay what they are, and so does a sum behind an activation: one pass of a noise-free plan adds
/// before it rectifies.
///
/// A fused node stands where its last part stood. @throws Error with all that check() finds.
FusedGraph fuse(const Graph& graph);

}  // namespace dpac
