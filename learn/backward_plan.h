/// @file
/// The backward of a float plan: one primitive per node, and where every gradient lies in memory.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "engine/graph/fused_graph.h"
#include "engine/onednn/onednn.h"
#include "engine/onednn/winograd.h"
#include "engine/plans/float/float_plan.h"
#include "learn/backward_weights.h"

namespace dpac {

/// Immutable and shared by the workers that run it. Everything runs in one thread.
///
/// The gradient of a node's output is a sum with one term per reader of it. Nodes go backward one by one; the
/// first reader writes its term, the others add theirs. Q, K and V have no reader but their attention, which
/// goes backward as a whole where its context does; scores have no gradient in memory.
class BackwardPlan {
 public:
  struct Step {
    bool needed = false;          ///< Something up to this node's output has noise.
    std::size_t gradient = 0;     ///< Of the output: offset in the arena, in floats.
    onednn::Primitive primitive;  ///< From there to the gradient of the input.
    std::optional<Winograd> winograd;
    bool add_to_input = false;     ///< The input's gradient has terms already.
    bool add_to_residual = false;  ///< The same of the residual's.
    std::vector<bool> begins;      ///< Of a digital op that is not compiled: the inputs whose gradients have
                                   ///< no terms yet. Such an op adds.
    std::optional<std::size_t> term;  ///< Where a term is made that is to be added, if not in its place.
  };

  /// `forward` and `weights` must outlive it; the forward plan has a tape.
  BackwardPlan(const FloatPlan& forward, const BackwardWeights& weights);

  [[nodiscard]] const FloatPlan& forward() const { return forward_; }
  [[nodiscard]] const Step& step(std::size_t node) const { return steps_[node]; }
  [[nodiscard]] const WorkspaceSize& workspace_size() const { return size_; }

  /// Where each analog layer's padded channels begin among the noise sums of a sample; then how many there
  /// are.
  [[nodiscard]] const std::vector<std::size_t>& first_sums() const { return first_sums_; }

 private:
  [[nodiscard]] const FusedGraph& graph() const { return forward_.graph(); }
  void connect();
  void make_primitive(std::size_t n, const BackwardWeights& weights);
  void make_product(std::size_t n, const BackwardWeights& weights);
  void place_gradients();
  void place_sums();

  const FloatPlan& forward_;
  std::vector<Step> steps_;
  std::vector<std::size_t> first_sums_;
  WorkspaceSize size_;
};

}  // namespace dpac
