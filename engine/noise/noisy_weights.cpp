#include "engine/noise/noisy_weights.h"

#include <algorithm>
#include <cassert>

#include "engine/graph/fused_graph.h"
#include "kernels/weight_noise.h"

namespace dpac {
namespace {

std::size_t largest_layer(const FusedGraph& graph) {
  std::size_t largest = 0;
  for (const FusedNode& node : graph.nodes) {
    if (has_weights(node)) largest = std::max(largest, analog_weights(node).values().size());
  }
  return largest;
}

}  // namespace

NoisyWeights::NoisyWeights(const FusedGraph& graph, std::vector<NodeWeights>& weights, int threads)
    : graph_(graph), weights_(weights), threads_(threads), layer_(largest_layer(graph)) {
  // Once in advance, so that draw() makes no primitive.
  for (std::size_t n = 0; n < weights.size(); ++n) {
    if (has_weights(graph.nodes[n])) pack(n, analog_weights(graph.nodes[n]).values().data());
  }
}

void NoisyWeights::draw(const NoisePoint& point, int64_t group, const Visitor& visit) {
  if (point.gains == nullptr) return;
  const Drawn wanted{point.seed, point.step, point.gains, group};
  if (drawn_ == wanted) return;
  forget();  // Whoever is shown the weights may throw.
  for (std::size_t n = 0, layer = 0; n < graph_.nodes.size(); ++n) {
    if (!has_weights(graph_.nodes[n])) {
      if (is_analog(graph_.nodes[n])) ++layer;
      continue;
    }
    assert(layer < point.gains->size());
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

std::span<const float> NoisyWeights::draw_layer(std::size_t node, const LayerGains& gains, NoiseKey key) {
  const float* from = analog_weights(graph_.nodes[node]).values().data();
  const std::span<float> drawn = room_for(node);
  if (gains.chip.gains.size() != 0) {
    NoiseKey chip = key;
    chip.sample = 0;
    chip.stream = NoiseStream::chip;
    perturb(node, gains.chip, gains, chip, from, drawn.data());
    from = drawn.data();
  }
  if (gains.weights.gains.size() != 0) {
    if (gains.outputs.size() != 0) key.stream = NoiseStream::weights;
    perturb(node, gains.weights, gains, key, from, drawn.data());
  }
  return drawn;
}

void NoisyWeights::perturb(std::size_t node, const WeightGains& own, const LayerGains& gains,
                           const NoiseKey& key, const float* from, float* to) {
  const Tensor& weights = analog_weights(graph_.nodes[node]);
  const bool curved = own.slopes.size() != 0;
  const WeightNoise noise{.row_length = dot_length_of(weights),
                          .gains = own.gains.data(),
                          .slopes = curved ? own.slopes.data() : nullptr,
                          .curves = curved ? own.curves.data() : nullptr,
                          .repeats = gains.repeats.empty() ? nullptr : gains.repeats.data()};
  const int64_t rows = weights.dim(0);
  assert(own.gains.size() >= static_cast<std::size_t>(rows));
#pragma omp parallel for num_threads(threads_) schedule(static)
  for (int t = 0; t < threads_; ++t) {
    perturb_weights(noise, key, rows * t / threads_, rows * (t + 1) / threads_, from, to);
  }
}

/// Weights of a stack are drawn where the others of it are.
std::span<float> NoisyWeights::room_for(std::size_t node) {
  const NodeWeights& own = weights_[node];
  const std::size_t leader = own.product_of == kNone ? node : static_cast<std::size_t>(own.product_of);
  if (WeightStack* stack = weights_[leader].stack.get()) {
    return stack->rows_of(node, analog_weights(graph_.nodes[node]).dim(0));
  }
  return {layer_.data(), analog_weights(graph_.nodes[node]).values().size()};
}

/// A stack is packed after its last node's weights are drawn.
void NoisyWeights::pack(std::size_t node, const float* weights) {
  NodeWeights& own = weights_[node];
  NodeWeights& packed = own.product_of == kNone ? own : weights_[static_cast<std::size_t>(own.product_of)];
  if (packed.stack != nullptr) {
    if (node == packed.stack->nodes.back()) packed.direct->repack(packed.stack->weights.values().data());
  } else {
    packed.repack(weights, threads_);
  }
}

}  // namespace dpac
