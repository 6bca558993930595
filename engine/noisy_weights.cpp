#include "engine/noisy_weights.h"

#include <algorithm>

#include "kernels/weight_noise.h"

namespace dpac {
namespace {

std::size_t largest_layer(const Graph& graph) {
  std::size_t largest = 0;
  for (const Node& node : graph.nodes) {
    if (is_analog(node)) largest = std::max(largest, analog_weights(node).values().size());
  }
  return largest;
}

}  // namespace

NoisyWeights::NoisyWeights(const Graph& graph, std::vector<NodeWeights>& weights, int threads)
    : graph_(graph), weights_(weights), threads_(threads), layer_(largest_layer(graph)) {
  // Once in advance, so that draw() makes no primitive.
  for (std::size_t n = 0; n < weights.size(); ++n) {
    if (is_analog(graph.nodes[n])) pack(n, analog_weights(graph.nodes[n]).values().data());
  }
}

void NoisyWeights::draw(const NoisePoint& point, int64_t group, const Visitor& visit) {
  if (point.gains == nullptr) return;
  const Drawn wanted{point.seed, point.step, point.gains, group};
  if (drawn_ == wanted) return;
  for (std::size_t n = 0, layer = 0; n < graph_.nodes.size(); ++n) {
    if (!is_analog(graph_.nodes[n])) continue;
    const NoiseKey key{.seed = point.seed,
                       .step = point.step,
                       .layer = static_cast<uint16_t>(layer),
                       .sample = static_cast<uint32_t>(group)};
    const std::span<const float> weights = draw_layer(n, (*point.gains)[layer], key);
    pack(n, weights.data());
    if (visit) visit(n, weights);
    ++layer;
  }
  drawn_ = wanted;
}

std::span<const float> NoisyWeights::draw_layer(std::size_t node, const LayerGains& gains,
                                                const NoiseKey& key) {
  const Tensor& weights = analog_weights(graph_.nodes[node]);
  const WeightNoise noise{dot_length_of(weights), gains.gains.data(),
                          gains.repeats.empty() ? nullptr : gains.repeats.data()};
  const int64_t rows = weights.dim(0);
#pragma omp parallel for num_threads(threads_) schedule(static)
  for (int t = 0; t < threads_; ++t) {
    perturb_weights(noise, key, rows * t / threads_, rows * (t + 1) / threads_, weights.values().data(),
                    layer_.data());
  }
  return {layer_.data(), weights.values().size()};
}

void NoisyWeights::pack(std::size_t node, const float* weights) {
  NodeWeights& packed = weights_[node];
  if (packed.winograd) packed.winograd->repack(weights, threads_);
  if (packed.direct) packed.direct->repack(weights);
}

}  // namespace dpac
