/// @file
/// Runs a plan: its buffers, and the loop over the nodes.
#pragma once

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "engine/graph.h"
#include "engine/noise_state.h"
#include "engine/observer.h"
#include "engine/onednn.h"
#include "engine/plan.h"
#include "engine/tensor.h"

namespace dpac {

/// Memory a worker computes in. Several workers that never run at once may share it.
class Workspace {
 public:
  Workspace(std::size_t arena_size, std::size_t scratchpad_size, std::size_t norms_size);

  [[nodiscard]] float* arena() const { return arena_; }
  [[nodiscard]] float* scratchpad() const { return scratchpad_; }
  [[nodiscard]] float* norms() const { return norms_; }

 private:
  AlignedFloats memory_;
  float *arena_, *scratchpad_, *norms_;
};

/// What a run reads.
struct RunInput {
  const float* images = nullptr;     ///< [samples of the plan, C, H, W].
  const int64_t* samples = nullptr;  ///< Indices in the data set.
  const NoiseState* noise = nullptr;
  Observer* observer = nullptr;      ///< Or null.
};

/// A plan bound to a workspace. All arguments of the constructor must outlive it.
class Worker {
 public:
  Worker(const Graph& graph, const Plan& plan, const Workspace& workspace);

  /// `logits` receives [samples of the plan, classes]. Allocates nothing.
  void run(const RunInput& input, float* logits);

  [[nodiscard]] int64_t samples() const { return plan_.options().samples; }

  /// Floats of Workspace::norms() that graphs of this kind need.
  static std::size_t norms_size(const Graph& graph);

 private:
  /// What a node computes by a compiled primitive: nothing, oneDNN's call, or Winograd.
  using Product = std::variant<std::monostate, onednn::Call, Winograd::Call>;

  [[nodiscard]] Product bind(std::size_t n) const;
  void run_product(std::size_t n, const RunInput& input);
  [[nodiscard]] float* value(int node) const { return workspace_.arena() + plan_.step(static_cast<std::size_t>(node)).value; }
  [[nodiscard]] const Node& input_of(const Node& node) const { return graph_.nodes[static_cast<std::size_t>(node.input)]; }

  void run_node(std::size_t n, int& analog_layer, const RunInput& input);
  void finish_analog(const Node& node, int n, int layer, const RunInput& input);
  void run_epilogue(const AnalogEpilogue& epilogue, const NoiseKey& key, float* y, float* sums) const;
  void run_subsample(const Node& node, int n, const SubsampleOp& op) const;
  void sum_squares_of(const Node& node, int n, const RunInput& input) const;
  void copy_logits(float* logits) const;

  const Graph& graph_;
  const Plan& plan_;
  const Workspace& workspace_;
  onednn::Stream stream_;
  std::vector<Product> products_;
};

}  // namespace dpac
