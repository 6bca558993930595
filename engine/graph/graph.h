/// @file
/// A network as plain data: what builders and loaders make, check() examines and a Network compiles. Nothing
/// in it depends on how it will run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/ops/ops.h"
#include "kernels/api.h"

namespace dpac {

/// One operation.
struct Node {
  std::string name;  ///< Unique: module path of torchvision or Hugging Face, "layer1.0.conv1".
  Op op;
  std::vector<int> inputs = {};  ///< Positions of the nodes whose outputs it reads, all before its own.
};

/// Nodes in an order in which they can run: the first is the input, the last one's output the network's. A
/// copy shares the weights.
struct DPAC_API Graph {
  std::string architecture;  ///< For people: "ResNet50 v1.5".
  int64_t parameters = 0;    ///< In the checkpoint, BatchNorm's four per channel included.
  std::vector<Node> nodes;
  TokenLengths lengths = {};                  ///< Text: first of one sequence of the nominal length.
  std::vector<std::string> class_names = {};  ///< Empty where the checkpoint does not say them.
  std::vector<std::string> assumed = {};      ///< Sentences: what the checkpoint does not say and was chosen.

  /// Appends a node and returns its position.
  int add(std::string name, Op op, std::vector<int> inputs = {});

  [[nodiscard]] int last() const { return static_cast<int>(nodes.size()) - 1; }

  /// Whether it reads sequences of tokens, not images.
  [[nodiscard]] bool reads_text() const {
    return !nodes.empty() && std::holds_alternative<EmbeddingOp>(nodes.front().op);
  }
};

/// Every violation of the rules of a graph, as sentences that name node and rule; empty for a graph that can
/// run. What stands behind a node in error is checked as far as its shape is known.
DPAC_API std::vector<std::string> check(const Graph& graph);

/// The output of every node. @throws Error with all that check() finds.
DPAC_API std::vector<Value> derive_values(const Graph& graph);

/// The shape of what the network reads. Looks at the first node alone. @throws Error if that is no input.
DPAC_API MapShape input_shape(const Graph& graph);

/// Channels of what the network gives: classes, or features. Derives the values of all nodes; a compiled
/// network knows them (FusedGraph::classes()). @throws Error as derive_values().
DPAC_API int64_t output_channels(const Graph& graph);

}  // namespace dpac
