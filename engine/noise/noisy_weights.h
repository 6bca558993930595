/// @file
/// Noise of weights: draws all weights of a network, once for a chip and anew for every group of samples
/// (docs/model.md section 2).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "engine/graph/fused_graph.h"
#include "engine/noise/noise_state.h"
#include "engine/plans/float/float_plan.h"

namespace dpac {

class NoisyWeights {
 public:
  static int64_t group_of(int64_t sample) { return sample / kSamplesPerDraw; }

  /// FusedGraph and weights must outlive it; the graph holds the weights without noise.
  NoisyWeights(const FusedGraph& graph, std::vector<NodeWeights>& weights, int threads);

  /// Shown the noisy weights of a node as they are drawn, [out, ...].
  using Visitor = std::function<void(std::size_t node, std::span<const float> weights)>;

  /// Packs W~ of a point's energies, seed and step for a group, unless that is what is packed. The key's
  /// `sample` is the group; programmed weights are the same for all of them. Not while a worker runs.
  void draw(const NoisePoint& point, int64_t group, const Visitor& visit = {});

  /// After another plan packed copies of its own: the next draw() packs again, whatever it draws.
  void forget() { drawn_.reset(); }

 private:
  /// What is packed.
  struct Drawn {
    uint64_t seed;
    uint32_t step;
    std::shared_ptr<const std::vector<LayerGains>> gains;
    int64_t group;
    bool operator==(const Drawn&) const = default;
  };

  std::span<const float> draw_layer(std::size_t node, const LayerGains& gains, NoiseKey key);
  void perturb(std::size_t node, const WeightGains& own, const LayerGains& gains, const NoiseKey& key,
               const float* from, float* to);
  [[nodiscard]] std::span<float> room_for(std::size_t node);
  void pack(std::size_t node, const float* weights);

  const FusedGraph& graph_;
  std::vector<NodeWeights>& weights_;
  int threads_;
  AlignedFloats layer_;  // The largest layer's weights.
  std::optional<Drawn> drawn_;
};

}  // namespace dpac
