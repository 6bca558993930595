#include "learn/backward_weights.h"

#include <algorithm>
#include <cassert>

namespace dpac {
namespace {

BackwardForm form_of(const FusedGraph& graph, const FusedNode& node, const std::vector<bool>& needed) {
  if (!has_weights(node) || !needed[static_cast<std::size_t>(node.input())]) return BackwardForm::none;
  const Geometry g = product_of(node).geometry;
  const MapShape& in = input_shape(graph, node);
  // A padding beyond the kernel, or pixels that no window reaches, have no transposed convolution.
  const bool plain_window = g.pad_top < g.height() && g.pad_left < g.width() && g.pad_bottom < g.height() &&
                            g.pad_right < g.width();
  const bool all_reached = node.shape().height == in.height + g.pad_top + g.pad_bottom - g.height() + 1 &&
                           node.shape().width == in.width + g.pad_left + g.pad_right - g.width() + 1;
  return g.stride == 1 && groups_of(node) == 1 && plain_window && all_reached ? BackwardForm::transposed
                                                                              : BackwardForm::strided;
}

}  // namespace

std::vector<bool> depends_on_noise(const FusedGraph& graph) {
  std::vector<bool> depends;
  for (const FusedNode& node : graph.nodes) {
    const auto noisy = [&](int from) { return from != kNone && depends[static_cast<std::size_t>(from)]; };
    depends.push_back(is_analog(node) || noisy(node.residual) ||
                      std::any_of(node.inputs.begin(), node.inputs.end(), noisy));
  }
  return depends;
}

std::vector<BackwardForm> backward_forms(const FusedGraph& graph) {
  const std::vector<bool> needed = depends_on_noise(graph);
  std::vector<BackwardForm> forms;
  for (const FusedNode& node : graph.nodes) forms.push_back(form_of(graph, node, needed));
  return forms;
}

Geometry transposed(const Geometry& g) {
  const auto rows = static_cast<int>(g.height()) - 1, columns = static_cast<int>(g.width()) - 1;
  return {.kernel = g.kernel,
          .stride = 1,
          .pad_top = rows - g.pad_top,
          .pad_left = columns - g.pad_left,
          .pad_bottom = rows - g.pad_bottom,
          .pad_right = columns - g.pad_right,
          .dilation = g.dilation};
}

void transpose_weights(const Shape& shape, std::span<const float> weights, std::span<float> dst) {
  const int64_t out = shape[0], in = shape[1], taps = shape.size() == 4 ? shape[2] * shape[3] : 1;
  assert(weights.size() == static_cast<std::size_t>(out * in * taps) && dst.size() == weights.size());
  const float* from = weights.data();
  for (int64_t o = 0; o < out; ++o) {
    for (int64_t i = 0; i < in; ++i) {
      float* last = dst.data() + (i * out + o + 1) * taps - 1;
      for (int64_t t = 0; t < taps; ++t) *(last - t) = *from++;
    }
  }
}

BackwardWeights::BackwardWeights(const FusedGraph& graph)
    : graph_(graph),
      forms_(backward_forms(graph)),
      transposed_(graph.nodes.size()),
      weights_(graph.nodes.size()) {
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    if (forms_[n] == BackwardForm::none) continue;
    const FusedNode& node = graph.nodes[n];
    const Tensor& weights = analog_weights(node);
    if (groups_of(node) != 1) {
      wrap_groups(graph, node, false, weights_[n]);
      continue;
    }
    if (forms_[n] == BackwardForm::strided) {
      weights_[n].direct.emplace(weights.values(), std::span<const float>());
      continue;
    }
    Shape shape = weights.shape();
    std::swap(shape[0], shape[1]);
    transposed_[n] = Tensor(shape);
    transpose_weights(weights.shape(), weights.values(), transposed_[n].values());
    if (suits_winograd(node.shape(), input_shape(graph, node), transposed(product_of(node).geometry))) {
      weights_[n].winograd.emplace(transposed_[n], std::span<const float>());
    } else {
      weights_[n].direct.emplace(transposed_[n].values(), std::span<const float>());
    }
  }
}

void BackwardWeights::repack(std::size_t node, std::span<const float> weights, int threads) {
  assert(weights.size() == analog_weights(graph_.nodes[node]).values().size());
  if (forms_[node] == BackwardForm::none) return;
  const float* packed = weights.data();
  if (forms_[node] == BackwardForm::transposed) {
    transpose_weights(analog_weights(graph_.nodes[node]).shape(), weights, transposed_[node].values());
    assert(transposed_[node].rank() != 0);  // Not after drop_plain().
    packed = transposed_[node].values().data();
  }
  weights_[node].repack(packed, threads);
}

void BackwardWeights::drop_plain() {
  dpac::drop_plain(weights_);
  for (Tensor& tensor : transposed_) tensor = Tensor();
}

}  // namespace dpac
