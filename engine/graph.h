/// @file
/// A network as plain data: what the builders (engine/resnet.h) make and the plan (engine/plan.h) compiles.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "engine/tensor.h"

namespace dpac {

/// One sample's map.
struct MapShape {
  int64_t channels = 0, height = 0, width = 0;

  [[nodiscard]] int64_t pixels() const { return height * width; }
  bool operator==(const MapShape&) const = default;
};

/// A square window over a map. Padding is per side, since TensorFlow's SAME is asymmetric.
struct Geometry {
  int kernel = 1;
  int stride = 1;
  int pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
};

/// The network's input image.
struct InputOp {};

/// y = W x + b with BatchNorm already folded in (docs/model.md section 1). An analog operation.
struct ConvolutionOp {
  Geometry geometry;
  Tensor weights;           ///< [out, in, kernel, kernel].
  std::vector<float> bias;  ///< [out].
};

/// y = W x + b on a map of one pixel. An analog operation.
struct LinearOp {
  Tensor weights;           ///< [out, in].
  std::vector<float> bias;  ///< [out].
};

struct MaxPoolOp {
  Geometry geometry;
};

struct GlobalAveragePoolOp {};

/// The parameter-free ("option A") shortcut: every stride-th pixel, new channels zero on both sides.
struct SubsampleOp {
  int stride = 2;
  int64_t channels_before = 0;  ///< Zero channels in front of the copied ones.
};

using Op = std::variant<InputOp, ConvolutionOp, LinearOp, MaxPoolOp, GlobalAveragePoolOp, SubsampleOp>;

inline constexpr int kNone = -1;

/// One operation. For an analog one the order is: product, noise, ReLU, residual sum, ReLU (docs/model.md
/// section 1).
struct Node {
  std::string name;  ///< torchvision module path, "layer1.0.conv1".
  Op op;
  MapShape shape;        ///< Of the output.
  int input = kNone;     ///< Node number; smaller than this node's.
  int residual = kNone;  ///< Analog operations only: the node whose output is added.
  bool relu = false;     ///< Before the residual sum.
  bool relu_after_residual = false;
};

/// Nodes in an order in which they can run; the last one's output is the network's.
struct Graph {
  std::string architecture;  ///< For people: "ResNet50 v1.5".
  int64_t parameters = 0;    ///< In the checkpoint, BatchNorm's four per channel included.
  std::vector<Node> nodes;

  [[nodiscard]] const MapShape& input() const { return nodes.front().shape; }
  [[nodiscard]] int64_t classes() const { return nodes.back().shape.channels; }
};

/// A copy of everything, weights included: for a second network of the same weights.
Graph clone(const Graph& graph);

/// Whether the node is an analog operation: a convolution or a linear layer.
bool is_analog(const Node& node);

/// The shape of what a node reads.
const MapShape& input_shape(const Graph& graph, const Node& node);

/// Position of the first analog operation: up to its product, nothing depends on noise in the products.
std::size_t first_analog(const Graph& graph);

/// The weights of an analog operation, [out, ...].
const Tensor& analog_weights(const Node& node);
Tensor& analog_weights(Node& node);

std::span<const float> analog_bias(const Node& node);

/// D: the weights of one output channel.
int64_t dot_length_of(const Tensor& weights);

}  // namespace dpac
