/// @file
/// What stands under a Network and a Differentiator: a fused graph with its quantisers, its weights as
/// products take them, and the noise that it runs with.
#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/graph/fused_graph.h"
#include "engine/graph/graph.h"
#include "engine/noise/noise_state.h"
#include "engine/noise/quantizers.h"
#include "engine/plans/weights/node_weights.h"

namespace dpac {

class CompiledNetwork {
 public:
  /// @throws Error with all that check() finds, or if ranges do not fit the graph.
  CompiledNetwork(const Graph& graph, NoiseKind noise, const Quantization& quantization);

  /// Plans refer to it.
  CompiledNetwork(const CompiledNetwork&) = delete;
  CompiledNetwork& operator=(const CompiledNetwork&) = delete;

  /// As given.
  [[nodiscard]] const Graph& graph() const { return given_; }
  /// As it runs.
  [[nodiscard]] const FusedGraph& fused_graph() const { return graph_; }
  [[nodiscard]] const std::vector<AnalogLayer>& layers() const { return layers_; }
  [[nodiscard]] const std::vector<NodeQuantizers>& quantizers() const { return quantizers_; }
  [[nodiscard]] int64_t classes() const { return graph_.classes(); }

  /// For products in floating point: quantises the weights, where that is asked for, and wraps them.
  void wrap_floats(Storage storage = Storage::float32);

  /// One per node; empty before wrap_floats().
  [[nodiscard]] std::vector<NodeWeights>& weights() { return weights_; }
  [[nodiscard]] const std::vector<NodeWeights>& weights() const { return weights_; }

  /// `layout_of` gives the layout of a node's output.
  void make_noise(const std::function<BlockedMap(const FusedNode&)>& layout_of);

  /// Of all layers, and of one silent point until others are set.
  [[nodiscard]] NoiseState& noise() { return noise_; }
  [[nodiscard]] const NoiseState& noise() const { return noise_; }

  /// @throws Error unless the configuration is of the network's kind of noise and fits its layers. `verb` is
  /// what the network should do with it: "run".
  void check(const NoiseConfig& config, std::string_view verb) const;

 private:
  Graph given_;
  FusedGraph graph_;
  std::vector<AnalogLayer> layers_;
  std::vector<std::vector<ValueRange>> ranges_;  // Of the weights, before they are quantised.
  Quantization quantization_;
  std::vector<NodeQuantizers> quantizers_;
  std::vector<NodeWeights> weights_;
  NoiseState noise_;
};

}  // namespace dpac
