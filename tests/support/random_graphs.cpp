#include "tests/support/random_graphs.h"

#include <cmath>

#include "tests/support/random_values.h"

namespace dpac::test {
namespace {

using Kind = ActivationOp::Kind;

Geometry same(int kernel, int stride = 1) {
  const int pad = kernel / 2;
  return {kernel, stride, pad, pad, pad, pad, 1};
}

/// Adds nodes with random weights, named by their number.
class Builder {
 public:
  explicit Builder(const MapShape& image) { graph_.add("input", InputOp{image}); }

  int convolution(int from, int64_t out, const Geometry& g, int64_t groups = 1) {
    const int64_t in = channels(from);
    const Shape shape{out, in / groups, g.kernel.h, g.kernel.w};
    return add(ConvolutionOp{g, weights(shape), bias(out), groups}, {from});
  }

  int linear(int from, int64_t out) {
    return add(LinearOp{weights({out, channels(from)}), bias(out)}, {from});
  }

  int activation(int from, Kind kind, float a = 0, float b = 0) {
    return add(ActivationOp{kind, a, b}, {from});
  }

  int affine(int from) {
    const auto count = static_cast<std::size_t>(channels(from));
    return add(channel_affine(values(count, 0.5f, 1.5f), values(count, -0.5f, 0.5f)), {from});
  }

  int elementwise_affine(int from, const MapShape& map) {
    const Shape shape{map.channels, map.height, map.width};
    const auto count = static_cast<std::size_t>(element_count(shape));
    return add(ElementwiseAffineOp{share(Tensor(shape, values(count, 0.5f, 1.5f))),
                                   share(Tensor(shape, values(count, -0.5f, 0.5f)))},
               {from});
  }

  int layer_norm(int from) {
    const auto count = static_cast<std::size_t>(channels(from));
    std::vector<float> gamma = pad_channels(values(count, 0.5f, 1.5f)),
                       beta = pad_channels(values(count, -0.5f, 0.5f));
    return add(LayerNormOp{std::move(gamma), std::move(beta), 1e-6f}, {from});
  }

  int add(Op op, std::vector<int> inputs) {
    return graph_.add("n" + std::to_string(graph_.nodes.size()), std::move(op), std::move(inputs));
  }

  /// Ends in a classifier.
  Graph end(int from) {
    linear(add(GlobalAveragePoolOp{}, {from}), 10);
    return std::move(graph_);
  }

 private:
  /// The graph so far need not end in a vector, so its values are found by hand.
  [[nodiscard]] int64_t channels(int node) const {
    std::vector<Value> known;
    for (const Node& n : graph_.nodes) {
      std::vector<Value> inputs;
      for (const int from : n.inputs) inputs.push_back(known[static_cast<std::size_t>(from)]);
      known.push_back(std::visit([&](const auto& op) { return output_of(op, inputs); }, n.op));
    }
    return known[static_cast<std::size_t>(node)].shape.channels;
  }

  std::vector<float> values(std::size_t count, float low, float high) {
    return random_values(count, seed_++, low, high);
  }

  SharedTensor weights(const Shape& shape) {
    const auto depth = static_cast<float>(element_count(shape) / shape[0]);
    const float bound = 1.5f / std::sqrt(depth);
    return share(Tensor(shape, values(static_cast<std::size_t>(element_count(shape)), -bound, bound)));
  }

  std::vector<float> bias(int64_t count) { return values(static_cast<std::size_t>(count), -0.2f, 0.2f); }

  Graph graph_;
  uint32_t seed_ = 1;
};

}  // namespace

Graph residual_graph() {
  Builder b({3, 9, 8});
  const int stem = b.convolution(0, 20, same(3));
  const int rectified = b.activation(b.convolution(stem, 20, same(3)), Kind::relu);
  const int bare_sum = b.add(AddOp{}, {rectified, stem});
  const int own = b.convolution(bare_sum, 20, same(3));
  const int with_itself = b.activation(b.add(AddOp{}, {own, bare_sum}), Kind::relu);
  const int again = b.add(AddOp{}, {b.convolution(with_itself, 20, same(1)), with_itself});
  const int later = b.add(AddOp{}, {b.convolution(again, 20, same(3)), with_itself});
  const int doubled = b.add(AddOp{}, {later, later});
  return b.end(b.activation(doubled, Kind::relu));
}

Graph mobile_graph() {
  Builder b({3, 11, 10});
  const int stem = b.activation(b.convolution(0, 20, same(3, 2)), Kind::clip, 0, 6);
  const int wide = b.activation(b.convolution(stem, 40, same(1)), Kind::clip, 0, 6);
  const int depthwise = b.activation(b.convolution(wide, 40, same(3), 40), Kind::hard_swish);
  const int squeezed =
      b.activation(b.convolution(b.add(GlobalAveragePoolOp{}, {depthwise}), 8, same(1)), Kind::relu);
  const int gate = b.activation(b.convolution(squeezed, 40, same(1)), Kind::hard_sigmoid, 1.0f / 6, 0.5f);
  const int scaled = b.add(MultiplyOp{}, {depthwise, gate});
  const int sum = b.add(AddOp{}, {b.convolution(scaled, 20, same(1)), stem});
  const int last = b.activation(b.convolution(sum, 20, same(5, 2), 20), Kind::silu);
  return b.end(last);
}

Graph grouped_graph() {
  Builder b({3, 13, 12});
  const int image_groups = b.convolution(0, 6, same(3), 3);
  const int stem =
      b.activation(b.convolution(image_groups, 24, {{3, 5}, {2, 1}, 1, 2, 1, 2, 1}), Kind::leaky_relu, 0.1f);
  const int merged = b.activation(b.convolution(stem, 48, same(3), 4), Kind::sigmoid);
  const int blocks = b.activation(b.convolution(merged, 32, same(3), 2), Kind::tanh);
  const int dilated = b.activation(b.convolution(blocks, 32, {3, 1, 2, 2, 2, 2, 2}, 8), Kind::clip, -0.5f, 1);
  const int multiplied =
      b.activation(b.convolution(dilated, 64, {{1, 3}, 1, 0, 2, 0, 2, {1, 2}}, 32), Kind::gelu);
  const int last =
      b.activation(b.convolution(multiplied, 20, {{7, 1}, 1, 3, 0, 3, 0, 1}), Kind::hard_sigmoid, 0.2f, 0.5f);
  return b.end(last);
}

Graph inception_graph() {
  Builder b({3, 12, 13});
  const int pooled = b.add(MaxPoolOp{same(3, 2)}, {0});
  const int stem = b.activation(b.convolution(pooled, 20, same(3)), Kind::relu);
  const int a = b.activation(b.convolution(stem, 12, same(1)), Kind::relu);
  const int seven =
      b.convolution(b.convolution(stem, 10, {{1, 7}, 1, 0, 3, 0, 3, 1}), 16, {{7, 1}, 1, 3, 0, 3, 0, 1});
  const int inside = b.convolution(b.add(AveragePoolOp{same(3)}, {stem}), 9, same(1));
  const int joined = b.add(ConcatOp{}, {a, b.activation(seven, Kind::relu), inside});
  const int shifted = b.add(PadOp{-1, 1, 1, -1}, {joined});
  const int padded = b.add(AveragePoolOp{{3, 2, 1, 1, 2, 2, 1}, true, 1, 1}, {shifted});
  const int largest = b.add(MaxPoolOp{{3, 2, 1, 1, 2, 2, 1}}, {joined});
  return b.end(b.add(ConcatOp{}, {padded, largest, padded}));
}

Graph shuffle_graph() {
  Builder b({3, 10, 10});
  const int stem = b.activation(b.convolution(0, 58, same(3, 2)), Kind::relu);
  const int kept = b.add(SliceOp{0, 29}, {stem}), other = b.add(SliceOp{29, 58}, {stem});
  const int inner = b.activation(b.convolution(other, 29, same(1)), Kind::relu);
  const int branch =
      b.activation(b.convolution(b.convolution(inner, 29, same(3), 29), 29, same(1)), Kind::relu);
  const int shuffled = b.add(ChannelShuffleOp{2}, {b.add(ConcatOp{}, {kept, branch})});
  const int last = b.activation(b.convolution(shuffled, 24, same(1), 2), Kind::relu);
  return b.end(b.add(SliceOp{4, 23}, {last}));
}

Graph convnext_graph() {
  Builder b({3, 12, 12});
  const int stem = b.layer_norm(b.convolution(0, 24, {4, 4, 0, 0, 0, 0, 1}));
  const int mixed = b.layer_norm(b.convolution(stem, 24, same(7), 24));
  const int wide = b.activation(b.convolution(mixed, 40, same(1)), Kind::gelu);
  const int block = b.add(AddOp{}, {b.affine(b.convolution(wide, 24, same(1))), stem});
  const int squared = b.add(MultiplyOp{}, {block, b.activation(block, Kind::sigmoid)});
  return b.end(squared);
}

Graph pyramid_graph() {
  using Between = ResizeOp::Between;
  Builder b({3, 9, 11});
  const int stem = b.activation(b.convolution(0, 20, same(3)), Kind::relu);
  const int coarse = b.activation(b.convolution(stem, 20, same(3, 2)), Kind::relu);
  const int doubled = b.add(ResizeOp{{9, 2}, {11, 2}, Between::floor}, {coarse});
  const int smooth = b.add(ResizeOp{{9, 9.0 / 5, 0.5, -0.5}, {11, 2, 0.5, -0.5}, Between::linear}, {coarse});
  const int sum = b.add(AddOp{}, {b.add(AddOp{}, {stem, doubled}), smooth});
  const int smaller =
      b.add(ResizeOp{{6, 5.0 / 8}, {7, 0.6}, Between::linear}, {b.convolution(sum, 20, same(1))});
  const int rounded =
      b.add(ResizeOp{{4, 2.0 / 3, 0.5, -0.5}, {14, 2, 0.5, -0.5}, Between::round_half_to_floor}, {smaller});
  const int again = b.add(ResizeOp{{4, 2.0 / 3, 0.5, -0.5}, {14, 2}, Between::round_half_to_ceil}, {smaller});
  const int above = b.add(ResizeOp{{4, 2.0 / 3}, {14, 2}, Between::ceil}, {smaller});
  return b.end(b.convolution(b.add(ConcatOp{}, {rounded, again, above}), 24, same(3)));
}

Graph split_attention_graph() {
  Builder b({3, 9, 8});
  const int stem = b.activation(b.convolution(0, 22, same(3)), Kind::relu);
  const auto sum_of_halves = [&](int from) {
    return b.add(AddOp{}, {b.add(SliceOp{0, 11}, {from}), b.add(SliceOp{11, 22}, {from})});
  };
  const int squeezed = b.add(GlobalAveragePoolOp{}, {sum_of_halves(stem)});
  const int scores = b.linear(b.activation(b.linear(squeezed, 8), Kind::relu), 22);
  const int weighed = sum_of_halves(b.add(MultiplyOp{}, {stem, b.add(SoftmaxOp{2}, {scores})}));
  const int shares = b.add(SoftmaxOp{3}, {b.convolution(weighed, 33, same(3))});
  return b.end(b.convolution(b.elementwise_affine(shares, {33, 9, 8}), 20, same(3)));
}

Graph response_norm_graph() {
  Builder b({3, 10, 9});
  const int stem = b.elementwise_affine(b.convolution(0, 20, same(3, 2)), {20, 5, 5});
  const int wide = b.activation(b.convolution(stem, 35, same(1)), Kind::gelu);
  const int norms = b.add(GlobalL2PoolOp{}, {wide});
  const int mean = b.affine(b.add(ChannelMeanOp{}, {norms}));
  const int ratios = b.add(DivideOp{}, {norms, b.add(ChannelExpandOp{35}, {mean})});
  const int scaled = b.affine(b.add(MultiplyOp{}, {wide, ratios}));
  const int normalised = b.convolution(b.add(AddOp{}, {wide, scaled}), 20, same(1));
  const int gate = b.activation(b.add(ChannelMeanOp{}, {normalised}), Kind::sigmoid);
  return b.end(b.add(MultiplyOp{}, {normalised, b.add(ChannelExpandOp{20}, {gate})}));
}

}  // namespace dpac::test
