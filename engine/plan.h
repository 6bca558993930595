/// @file
/// A graph compiled for a fixed number of samples: one primitive per node, and where every value lies in memory.
/// Immutable and shared by the workers (engine/worker.h) that run it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/graph.h"
#include "engine/memory_plan.h"
#include "engine/onednn.h"
#include "engine/winograd.h"
#include "kernels/layout.h"

namespace dpac {

struct PlanOptions {
  int64_t samples = 1;
  int threads = 1;              ///< Threads inside one operation.
  bool separate_noise = false;  ///< Products keep their pre-activations; the rest is done by the analog epilogue.
};

/// The weights of a node in the form its product takes; neither, where the node has none.
struct NodeWeights {
  std::optional<onednn::Weights> direct;
  std::optional<WinogradWeights> winograd;
};

/// One per node, to be shared by all plans of the graph.
std::vector<NodeWeights> wrap_weights(const Graph& graph);

/// After the last plan is made: frees what only packing needed.
void drop_plain(std::vector<NodeWeights>& weights);

class Plan {
 public:
  struct Step {
    onednn::Primitive primitive;      ///< Empty for input, subsample and Winograd.
    std::optional<Winograd> winograd;
    std::size_t value = 0;            ///< Offset of the output in the arena, in floats.
    std::optional<std::size_t> sums;  ///< Offset of sum_c y^2 per pixel, where an analog operation reads the output.
  };

  /// @throws Error where oneDNN cannot make a layer.
  Plan(const Graph& graph, const std::vector<NodeWeights>& weights, const PlanOptions& options);

  [[nodiscard]] const PlanOptions& options() const { return options_; }
  [[nodiscard]] const Step& step(std::size_t node) const { return steps_[node]; }
  [[nodiscard]] std::size_t arena_size() const { return arena_size_; }            ///< In floats.
  [[nodiscard]] std::size_t scratchpad_size() const { return scratchpad_size_; }  ///< In floats, for oneDNN.

 private:
  void make_primitives(const Graph& graph, const std::vector<NodeWeights>& weights);
  void place_values(const Graph& graph);

  PlanOptions options_;
  std::vector<Step> steps_;
  std::size_t arena_size_ = 0, scratchpad_size_ = 0;
};

/// The layout of a node's output.
BlockedMap blocked_map(const Node& node);

/// Whether the node is an analog operation.
bool is_analog(const Node& node);

}  // namespace dpac
