/// @file
/// Weights in the form in which gradients go back through analog operations.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/graph/fused_graph.h"
#include "engine/plans/float/float_plan.h"
#include "engine/tensor.h"

namespace dpac {

/// How the gradient goes from an analog operation's output to its input.
enum class BackwardForm {
  none,        ///< Not at all: nothing before the operation has noise.
  transposed,  ///< A convolution of stride 1 as one with its transposed filters.
  strided,     ///< oneDNN's backward of a convolution of another stride.
};

/// Of every node; `none` for those that are not analog.
std::vector<BackwardForm> backward_forms(const FusedGraph& graph);

/// Of each node, whether anything up to its output has noise: its gradient is needed then.
std::vector<bool> depends_on_noise(const FusedGraph& graph);

/// The window of the transposed convolution.
Geometry transposed(const Geometry& geometry);

/// dst [in, out, k, k] <- weights [out, in, k, k], each filter turned by 180 degrees.
void transpose_weights(const Shape& shape, std::span<const float> weights, std::span<float> dst);

class BackwardWeights {
 public:
  /// The graph must outlive it.
  explicit BackwardWeights(const FusedGraph& graph);

  [[nodiscard]] BackwardForm form(std::size_t node) const { return forms_[node]; }
  [[nodiscard]] const NodeWeights& of(std::size_t node) const { return weights_[node]; }

  /// Other weights of an analog node, in the layout of the graph's. Not while a worker runs.
  void repack(std::size_t node, std::span<const float> weights, int threads);

  /// After the last plan is made: frees what only packing needed. No repack() after it.
  void drop_plain();

 private:
  const FusedGraph& graph_;
  std::vector<BackwardForm> forms_;
  std::vector<Tensor> transposed_;
  std::vector<NodeWeights> weights_;
};

}  // namespace dpac
