/// @file
/// A network as plain data: what the builders (engine/resnet.h) make and the plan (engine/plan.h) compiles.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "engine/tensor.h"
#include "kernels/activation.h"

namespace dpac {

/// One sample's map. A token of a sequence is a pixel: [features, tokens, 1].
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

/// The input of a network that reads text: words[id] + types[type] + positions[t] for token t of a sequence.
struct EmbeddingOp {
  Tensor words;      ///< [vocabulary, features].
  Tensor positions;  ///< [longest sequence, features].
  Tensor types;      ///< [types, features].
};

/// y = W x + b with BatchNorm already folded in (docs/model.md section 1). An analog operation.
struct ConvolutionOp {
  Geometry geometry;
  Tensor weights;           ///< [out, in, kernel, kernel].
  std::vector<float> bias;  ///< [out].
};

/// y = W x + b of every pixel: of a token, or of a map of one pixel. An analog operation.
struct LinearOp {
  Tensor weights;           ///< [out, in].
  std::vector<float> bias;  ///< [out].
};

struct MaxPoolOp {
  Geometry geometry;
};

struct GlobalAveragePoolOp {};

/// Over the features of every token.
struct LayerNormOp {
  std::vector<float> gamma, beta;  ///< [features], and zeros up to whole groups of 16.
  float epsilon = 0;
};

/// softmax(Q K^T / sqrt(head size)) of every head. The product is an analog operation: `input` is Q, `second`
/// K, and noise comes before the scaling. The output is [heads, tokens, tokens].
struct AttentionScoresOp {
  int64_t heads = 1;
};

/// P V of every head, an analog operation: `input` are the scores P, `second` is V.
struct AttentionContextOp {
  int64_t heads = 1;
};

/// One pixel for a sequence: its first token, or the average of its real ones.
struct TokenPoolOp {
  enum class Kind { first, mean };
  Kind kind = Kind::first;
};

/// The parameter-free ("option A") shortcut: every stride-th pixel, new channels zero on both sides.
struct SubsampleOp {
  int stride = 2;
  int64_t channels_before = 0;  ///< Zero channels in front of the copied ones.
};

using Op = std::variant<InputOp, EmbeddingOp, ConvolutionOp, LinearOp, AttentionScoresOp, AttentionContextOp,
                        LayerNormOp, MaxPoolOp, GlobalAveragePoolOp, SubsampleOp, TokenPoolOp>;

inline constexpr int kNone = -1;

/// One operation. For an analog one the order is: product, noise, activation, residual sum, ReLU
/// (docs/model.md section 1).
struct Node {
  std::string name;  ///< Module path of torchvision or Hugging Face, "layer1.0.conv1".
  Op op;
  MapShape shape;        ///< Of the output; of text, for a sequence of the graph's nominal length.
  int input = kNone;     ///< Node number; smaller than this node's.
  int residual = kNone;  ///< Convolutions and linear layers: the node whose output is added.
  int second = kNone;    ///< Products of two activations: the node of the other operand.
  Activation activation = Activation::none;  ///< Before the residual sum; a smooth one has none.
  bool relu_after_residual = false;
};

/// Lengths of the sequences that D, N and MACs are counted for: means over a data set.
struct TokenLengths {
  double mean = 0, mean_square = 0;
};

/// Nodes in an order in which they can run; the last one's output is the network's.
struct Graph {
  std::string architecture;  ///< For people: "ResNet50 v1.5".
  int64_t parameters = 0;    ///< In the checkpoint, BatchNorm's four per channel included.
  std::vector<Node> nodes;
  TokenLengths lengths = {};                  ///< Text: first of one sequence of the nominal length.
  std::vector<std::string> class_names = {};  ///< Empty where the checkpoint does not say them.
  std::vector<std::string> assumed = {};      ///< Sentences: what the checkpoint does not say and was chosen.

  [[nodiscard]] const MapShape& input() const { return nodes.front().shape; }
  [[nodiscard]] int64_t classes() const { return nodes.back().shape.channels; }

  /// Whether it reads sequences of tokens, not images.
  [[nodiscard]] bool reads_text() const { return std::holds_alternative<EmbeddingOp>(nodes.front().op); }
};

/// A copy of everything, weights included: for a second network of the same weights.
Graph clone(const Graph& graph);

/// Whether the node is an analog operation: a convolution, a linear layer, or a product of attention.
bool is_analog(const Node& node);

/// Whether it is one with stored weights: not a product of attention.
bool has_weights(const Node& node);

/// Of each node of a network that reads text, whether its pixels are the tokens of a sequence, and not one
/// pixel made of them.
std::vector<bool> per_token_nodes(const Graph& graph);

/// The shape of what a node reads.
const MapShape& input_shape(const Graph& graph, const Node& node);

/// Position of the first analog operation: up to its product, nothing depends on noise in the products.
std::size_t first_analog(const Graph& graph);

/// The weights of an analog operation that has some, [out, ...].
const Tensor& analog_weights(const Node& node);
Tensor& analog_weights(Node& node);

std::span<const float> analog_bias(const Node& node);

/// D: the weights of one output channel.
int64_t dot_length_of(const Tensor& weights);

}  // namespace dpac
